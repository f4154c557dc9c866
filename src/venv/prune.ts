import { dirname } from 'node:path'

import type { Context } from '../context.ts'
import { hasErrorCode } from '../errors.ts'
import { hostSystem } from './app.ts'
import { listVenvs, type ListedVenv } from './list.ts'
import { removeVenv } from './remove.ts'

export interface PruneVenvsOptions {
  /** Not used for so many days. */
  readonly olderThanDays: number
  /** Only look. */
  readonly isDryRun: boolean
}

export interface PrunedVenvs {
  readonly removed: readonly ListedVenv[]
  /** What somebody uses after all. */
  readonly kept: readonly { readonly venv: ListedVenv; readonly reason: string }[]
}

/** Removes environments whose app is gone and that were not used for long; those that something else made stay. */
export async function pruneVenvs(
  context: Context,
  dataHome: string,
  { olderThanDays, isDryRun }: PruneVenvsOptions,
): Promise<PrunedVenvs> {
  const oldest = Date.now() - olderThanDays * 24 * 60 * 60 * 1000
  const found = listVenvs(dataHome).filter(
    ({ appPath, appExists, record, lastUsed }) =>
      record !== undefined && appPath !== undefined && !appExists && lastUsed.getTime() <= oldest,
  )
  return isDryRun ? { removed: found, kept: [] } : removeVenvs(context, found)
}

/** Removes environments, but for those in use. */
export async function removeVenvs(
  context: Context,
  venvs: readonly ListedVenv[],
): Promise<PrunedVenvs> {
  const removed: ListedVenv[] = []
  const kept: { venv: ListedVenv; reason: string }[] = []
  for (const venv of venvs) {
    try {
      await removeVenv(context, { system: hostSystem(), directory: dirname(venv.path) }, venv.name)
      removed.push(venv)
    } catch (error) {
      const isKept =
        hasErrorCode(error, 'PYEMBED_VENV_IN_USE') || hasErrorCode(error, 'PYEMBED_VENV_BROKEN')
      if (!isKept) throw error
      kept.push({ venv, reason: error.message })
    }
  }
  return { removed, kept }
}
