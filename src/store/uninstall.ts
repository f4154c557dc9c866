import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import {
  describe,
  type Directories,
  garbageOf,
  ownFolders,
  type Removals,
  summarize,
  takeAway,
} from './removal.ts'

/**
 * Removes all that pyembed wrote outside projects: the store, the roots, the cache; or with `isDryRun` only tells.
 * Other files in these directories stay, and the directories with them.
 */
export async function uninstall(
  directories: Directories,
  { isDryRun = true }: { readonly isDryRun?: boolean | undefined } = {},
): Promise<Removals> {
  const folders = ownFolders(directories).filter(existsSync)
  const isInside = (path: string): boolean =>
    folders.some((each) => path.startsWith(join(each, '/')))
  const garbage = await garbageOf(directories)
  const found = [
    ...folders.map((path) => describe('folder', path)),
    ...garbage.filter(({ path }) => !isInside(path)),
  ]
  const removals = summarize(found, isDryRun)
  if (isDryRun) return removals

  for (const { path } of found) {
    const taken = await takeAway(path)
    if (taken !== undefined) await rm(taken, { recursive: true, force: true })
  }
  for (const directory of [directories.dataDir, directories.cacheDir])
    await removeIfEmpty(directory)
  return removals
}

async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory)
  } catch (error) {
    const isOurs = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY', 'EACCES', 'EPERM']
    if (!isOurs.includes(systemErrorCode(error) ?? '')) throw error
  }
}
