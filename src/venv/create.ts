import { renameSync, rmSync } from 'node:fs'

import type { Context } from '../context.ts'
import { recordApp } from './app-record.ts'
import { withVenvLock } from './lock.ts'
import { type Venv, venvPath, describeVenv } from './look.ts'
import { requireVenvName } from './names.ts'
import { lookLocked, openVenv, stateError } from './open.ts'
import type { AppPlace } from './place.ts'
import { removeWhole, stagePath } from './recover.ts'
import type { Inherit, VenvRecord } from './record.ts'
import { writeTree } from './tree.ts'

export interface CreateOptions {
  /** Default: `base`. */
  readonly inherit?: Inherit | undefined
}

export interface CreateResult {
  readonly venv: Venv
  /** False when it was there. */
  readonly isCreated: boolean
}

/** Makes an environment, unless it is there: no Python is started. @throws PYEMBED_VENV_NAME, PYEMBED_VENV_BROKEN … */
export async function createVenv(
  context: Context,
  place: AppPlace,
  name: string,
  { inherit = 'base' }: CreateOptions = {},
): Promise<CreateResult> {
  requireVenvName(name)
  const known = await openVenv(context, place, name)
  if (known.state === 'ready') return { venv: known.venv, isCreated: false }

  return withVenvLock(context, { ...place, name }, 'create', async () => {
    const found = await lookLocked(place, name)
    if (found.state === 'ready') return { venv: found.venv, isCreated: false }
    const isFree =
      ['missing', 'app-moved'].includes(found.state) ||
      (found.state === 'needs-rebuild' && found.key !== place.key)
    if (!isFree) throw stateError(place, name, found)
    await recordApp(place)
    removeWhole(place, name)
    const record = newRecord(place, name, inherit)
    const stage = stagePath(place, name)
    try {
      writeTree(place, stage, record)
      renameSync(stage, venvPath(place, name))
    } catch (error) {
      rmSync(stage, { recursive: true, force: true })
      throw error
    }
    return { venv: describeVenv(place, name, record), isCreated: true }
  })
}

export function newRecord({ app, base }: AppPlace, name: string, inherit: Inherit): VenvRecord {
  return {
    format: 1,
    name,
    abi: app.abi,
    inherit,
    base,
    created: new Date().toISOString().replace(/\.\d+/, ''),
    steps: [],
    size: { bytes: 0, stamp: '' },
  }
}
