import type { Context } from '../context.ts'
import { withVenvLock } from './lock.ts'
import { type Found, lookAt, type Venv, venvPath } from './look.ts'
import { requireVenvName } from './names.ts'
import { newRecord } from './create.ts'
import { openVenv, stateError } from './open.ts'
import type { AppPlace } from './place.ts'
import { recover } from './recover.ts'
import { replaceVenv } from './replace.ts'
import { rewriteTree, writeTree } from './tree.ts'

export interface RepairResult {
  readonly venv: Venv
  /** `nothing`: it was whole; `files`: what it lacked was put back; `rebuilt`: made anew, for another Python. */
  readonly repaired: 'nothing' | 'files' | 'rebuilt'
}

/**
 * Makes an environment usable: puts back what it lacks, or makes it anew for the app's Python from what was installed
 * in it, which needs the network.
 * @throws PYEMBED_VENV_INSTALL_FAILED, and what stands in the way of that
 */
export async function repairVenv(
  context: Context,
  place: AppPlace,
  name: string,
): Promise<RepairResult> {
  requireVenvName(name)
  const opened = await openVenv(context, place, name)
  if (opened.state === 'ready') return { venv: opened.venv, repaired: 'nothing' }
  requireRepairable(place, name, opened)
  const repaired = await withVenvLock(context, { ...place, name }, 'repair', async () => {
    recover(place, name)
    const found = lookAt(place, name)
    if (found.state === 'ready') return 'nothing'
    requireRepairable(place, name, found)
    if (found.state === 'broken') {
      const path = venvPath(place, name)
      await rewriteTree(place, path, { ...found.record, base: place.base })
      return 'files'
    }
    await rebuild(context, place, name, found.record)
    return 'rebuilt'
  })
  const found = lookAt(place, name)
  if (found.state !== 'ready') throw stateError(place, name, found)
  return { venv: found.venv, repaired }
}

type Repairable = Extract<Found, { state: 'broken' | 'needs-rebuild' }>

function requireRepairable(
  place: AppPlace,
  name: string,
  found: Found,
): asserts found is Repairable {
  if (found.state === 'ready' || found.state === 'broken' || found.state === 'needs-rebuild') return
  throw stateError(place, name, found)
}

async function rebuild(
  context: Context,
  place: AppPlace,
  name: string,
  { inherit, steps }: Repairable['record'],
): Promise<void> {
  const record = newRecord(place, name, inherit)
  await replaceVenv(context, place, record, steps, (stage) => writeTree(place, stage, record))
}
