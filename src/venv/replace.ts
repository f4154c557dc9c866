import { renameSync, rmSync } from 'node:fs'

import type { Context } from '../context.ts'
import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { writeFileAtomic } from '../fs/atomic.ts'
import { syncFileSystem } from '../fs/sync-file-system.ts'
import { fileIn } from './data-home.ts'
import { venvLayout } from './layout.ts'
import type { VenvLock } from './lock.ts'
import { venvPath } from './look.ts'
import { runSteps } from './pip.ts'
import type { AppPlace } from './place.ts'
import { putInPlace, stagePath } from './recover.ts'
import { formatRecord, recordName, type Step, type VenvRecord } from './record.ts'
import { relativeShebangs } from './shebangs.ts'
import { measureVenv, stampOf } from './size.ts'
import { withoutSecrets } from './steps.ts'

/** Whether it is in place, or will be when nothing runs in the environment any more (Windows). */
export type Replaced = 'installed' | 'restart-required'

/** What is installed, and into what. */
export interface Replacement {
  /** Of the state before `steps`. */
  readonly record: VenvRecord
  readonly steps: readonly Step[]
  /** The exclusive one. */
  readonly lock: VenvLock
}

/**
 * Replaces an environment by what `make` makes under another name, with more installed; or leaves it as it was. With
 * the exclusive lock.
 */
export async function replaceVenv(
  context: Context,
  place: AppPlace,
  { record, steps, lock }: Replacement,
  make: (path: string) => void,
): Promise<Replaced> {
  const { name } = record
  const stage = stagePath(place, name)
  const layout = venvLayout(place.system, record.abi, record.base.executable)
  const sitePackages = fileIn(place.system, venvPath(place, name), layout.sitePackages)
  const before = stampOf(sitePackages)
  try {
    make(stage)
    const work = stagePath(place, name)
    await runSteps(context, place, { path: stage, work, record, lock }, steps)
    await finishStage(place, stage, {
      ...record,
      steps: [...record.steps, ...steps.map(withoutSecrets)],
    })
    await syncFileSystem(stage, context.env.variables)
    // pip by hand knows no lock.
    if (stampOf(sitePackages) !== before) throw changedMeanwhile(name)
    renameSync(stage, venvPath(place, `.${name}.next`))
  } catch (error) {
    rmSync(stage, { recursive: true, force: true })
    throw error
  }
  return swap(place, name)
}

function changedMeanwhile(name: string): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_VENV_IN_USE',
    `\`${name}\` is in use: something else was installed into it meanwhile`,
    { hint: 'Run the command again, when that is done' },
  )
}

async function finishStage(place: AppPlace, stage: string, record: VenvRecord): Promise<void> {
  const layout = venvLayout(place.system, record.abi, record.base.executable)
  const at = (file: string): string => fileIn(place.system, stage, file)
  await relativeShebangs(stage, at(layout.scripts), at(layout.sitePackages))
  const size = measureVenv(stage, at(layout.sitePackages))
  await writeFileAtomic(at(recordName), formatRecord({ ...record, size }))
}

function swap(place: AppPlace, name: string): Replaced {
  try {
    putInPlace(place, name)
    return 'installed'
  } catch (error) {
    const isInUse = ['EPERM', 'EBUSY', 'EACCES'].includes(systemErrorCode(error) ?? '')
    if (process.platform === 'win32' && isInUse) return 'restart-required'
    throw error
  }
}
