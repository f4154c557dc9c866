import { existsSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { isTemporaryName } from '../fs/atomic.ts'
import { takeAway } from '../fs/take-away.ts'
import {
  describe,
  type Directories,
  garbageOf,
  ownFolders,
  type Removal,
  type Removals,
  summarize,
} from './removal.ts'

export interface UninstallOptions {
  readonly isDryRun?: boolean | undefined
  /** Paths that somebody else removes, and whose bytes the disk gets back, too. */
  readonly also?: readonly string[] | undefined
}

/**
 * Removes all that pyembed wrote outside projects: the store, the roots, the cache; or with `isDryRun` only tells.
 * Other files in these directories stay, and the directories with them.
 */
export async function uninstall(
  directories: Directories,
  { isDryRun = true, also = [] }: UninstallOptions = {},
): Promise<Removals> {
  const own = (await Promise.all(ownFolders(directories).map(findOwn))).flat()
  const isInside = (path: string): boolean =>
    own.some((each) => path.startsWith(join(each.path, '/')))
  const isKnown = ({ path }: Removal): boolean =>
    isInside(path) || own.some((each) => each.path === path)
  const garbage = (await garbageOf(directories)).filter((each) => !isKnown(each))
  const found = [...own, ...garbage]
  const removals = summarize(found, isDryRun, also)
  if (isDryRun) return removals

  for (const { path } of found) {
    const taken = await takeAway(path)
    if (taken !== undefined) await rm(taken, { recursive: true, force: true })
  }
  for (const directory of [directories.dataDir, directories.cacheDir])
    await removeIfEmpty(directory)
  return removals
}

/** The folder, or of one that holds something else too what is pyembed's. */
async function findOwn({
  path,
  names,
}: ReturnType<typeof ownFolders>[number]): Promise<readonly Removal[]> {
  if (!existsSync(path)) return []
  const all = await readdir(path)
  const own = all.filter((name) => names.test(name) || isTemporaryName(name))
  if (own.length === all.length) return [describe('folder', path)]
  return own.map((name) => describe('entry', join(path, name)))
}

async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory)
  } catch (error) {
    const isOurs = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY', 'EACCES', 'EPERM']
    if (!isOurs.includes(systemErrorCode(error) ?? '')) throw error
  }
}
