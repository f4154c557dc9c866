import { basename, dirname, join } from 'node:path'

import type { Context } from '../context.ts'
import { hasErrorCode } from '../errors.ts'
import { measureDiskUse } from '../fs/disk-use.ts'
import { hostSystem, isMountPoint } from './app.ts'
import { listVenvs, type ListedVenv } from './list.ts'
import { listDirectory } from './place.ts'
import { appFileName } from './record.ts'
import { removeVenv } from './remove.ts'

export interface PruneVenvsOptions {
  /** Not used for so many days; undefined: for 30, and not those of an AppImage, which may be mounted again. */
  readonly olderThanDays: number | undefined
  /** Only look. */
  readonly isDryRun: boolean
}

export interface PrunedVenvs {
  readonly removed: readonly ListedVenv[]
  /** What somebody uses after all. */
  readonly kept: readonly { readonly venv: ListedVenv; readonly reason: string }[]
}

export const defaultDays = 30

/** With the size that it has now: what is listed is that of the last install. */
export function measure(venv: ListedVenv): ListedVenv {
  return { ...venv, sizeBytes: measureDiskUse([venv.path]).bytes }
}

/** What goes with environments: all that is begun of them, and with the last one of an app its folder. */
export function removedPaths(venvs: readonly ListedVenv[]): readonly string[] {
  const going = new Map(venvs.map(({ path, name }) => [path, name]))
  return [...new Set(venvs.map(({ path }) => dirname(path)))].flatMap((directory) => {
    const paths = listDirectory(directory).map((name) => join(directory, name))
    const stays = (path: string): boolean =>
      !going.has(path) && basename(path) !== appFileName && !basename(path).startsWith('.')
    if (!paths.some(stays)) return [directory]
    const hidden = [...going.values()].map((name) => join(directory, `.${name}.`))
    return paths.filter((path) => going.has(path) || hidden.some((each) => path.startsWith(each)))
  })
}

/** Removes environments whose app is gone and that were not used for long; those that something else made stay. */
export async function pruneVenvs(
  context: Context,
  dataHome: string,
  { olderThanDays, isDryRun }: PruneVenvsOptions,
): Promise<PrunedVenvs> {
  const oldest = Date.now() - (olderThanDays ?? defaultDays) * 24 * 60 * 60 * 1000
  const found = listVenvs(dataHome)
    .filter(
      ({ appPath, appExists, record, lastUsed }) =>
        record !== undefined &&
        appPath !== undefined &&
        !appExists &&
        (olderThanDays !== undefined || !isMountPoint(appPath)) &&
        lastUsed.getTime() <= oldest,
    )
    .map(measure)
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
