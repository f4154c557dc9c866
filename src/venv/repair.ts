import { lstatSync } from 'node:fs'

import type { Context } from '../context.ts'
import { joinPath } from './data-home.ts'
import { venvLayout } from './layout.ts'
import { withVenvLock } from './lock.ts'
import { type Found, lookAt, type Venv, venvPath } from './look.ts'
import { requireVenvName } from './names.ts'
import { newRecord } from './create.ts'
import { lookLocked, openVenv, stateError } from './open.ts'
import type { AppPlace } from './place.ts'
import type { VenvRecord } from './record.ts'
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
  const repaired = await withVenvLock(context, { ...place, name }, 'repair', async (lock) => {
    const found = await lookLocked(place, name)
    if (found.state === 'ready') return 'nothing'
    requireRepairable(place, name, found)
    const { record } = found
    if (found.state === 'broken' && hasPackages(place, name, record)) {
      await rewriteTree(place, venvPath(place, name), { ...record, base: place.base })
      return 'files'
    }
    const fresh = newRecord(place, name, record.inherit)
    const replacement = { record: fresh, steps: record.steps, lock }
    await replaceVenv(context, place, replacement, (stage) => writeTree(place, stage, fresh))
    return 'rebuilt'
  })
  const found = lookAt(place, name)
  if (found.state !== 'ready') throw stateError(place, name, found)
  return { venv: found.venv, repaired }
}

type Repairable = Extract<Found, { state: 'broken' | 'needs-rebuild' }> & {
  readonly record: VenvRecord
}

/** Whether what was installed is still there, or there was nothing. */
function hasPackages({ system, directory }: AppPlace, name: string, record: VenvRecord): boolean {
  const { sitePackages } = venvLayout(system, record.abi, record.base.executable)
  // As long as no part of the way is a link, behind which nothing is of this environment.
  return sitePackages.split('/').every((_, index, parts) => {
    const path = joinPath(system, directory, name, ...parts.slice(0, index + 1))
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  })
}

function requireRepairable(
  place: AppPlace,
  name: string,
  found: Found,
): asserts found is Repairable {
  if (found.state === 'ready' || found.state === 'needs-rebuild') return
  if (found.state !== 'broken' || found.record === undefined) throw stateError(place, name, found)
}
