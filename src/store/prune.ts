import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Environment } from '../env.ts'
import { systemErrorCode } from '../errors.ts'
import { findGarbage, isTemporaryName, temporaryName } from '../fs/atomic.ts'
import { measureDiskUse } from '../fs/disk-use.ts'
import { listStore, usersOf } from './list.ts'
import { entryDirectory, storeDirectory } from './paths.ts'
import { entriesOf, type FoundRoot, readRoots, rootsDirectory } from './roots.ts'

export interface Removal {
  readonly kind: 'root' | 'entry' | 'part' | 'byte code' | 'garbage' | 'folder'
  readonly path: string
  readonly sizeBytes: number
}

export interface Removals {
  readonly isDryRun: boolean
  readonly removed: readonly Removal[]
  /** What the disk gets back; less than the sum where files have links that stay. */
  readonly freedBytes: number
}

export interface PruneOptions {
  /** Only look. */
  readonly isDryRun?: boolean | undefined
  /** Roots whose project is gone count no more when they were not used for so many days. */
  readonly olderThanDays?: number | undefined
}

type Directories = Pick<Environment, 'dataDir' | 'cacheDir'>

/**
 * Removes store entries that no project uses, and of the cache what only they used: parts and byte code; and what
 * dead processes left. An entry that a sync begins to use meanwhile stays: a sync writes its root first, and an entry
 * loses its name before the roots are read once more.
 * @throws PYEMBED_ROOT_INVALID, for then nobody knows what is used
 */
export async function pruneStore(
  { dataDir, cacheDir }: Directories,
  { isDryRun = false, olderThanDays }: PruneOptions = {},
): Promise<Removals> {
  const roots = await readRoots(dataDir)
  const expired = roots.filter((root) => isExpired(root, olderThanDays))
  const living = roots.filter((root) => !expired.includes(root))

  const isUnused = (pinId: string): boolean => usersOf(pinId, living).length === 0
  const entries = (await listStore(dataDir)).filter(isUnused)
  const used = new Set(living.flatMap(entriesOf).flatMap((entry) => entry.parts))
  const parts = await namesIn(join(cacheDir, 'unpacked'))
  const byteCode = await namesIn(join(cacheDir, 'pyc'))
  const found = [
    ...expired.map(({ path }) => describe('root', path)),
    ...entries.map((pinId) => describe('entry', entryDirectory(dataDir, pinId))),
    ...parts
      .filter((name) => !used.has(name))
      .map((name) => describe('part', join(cacheDir, 'unpacked', name))),
    ...byteCode
      .filter(isUnused)
      .map((pinId) => describe('byte code', join(cacheDir, 'pyc', pinId))),
    ...(await garbageOf({ dataDir, cacheDir })),
  ]
  if (isDryRun) return summarize(found, isDryRun)

  const removed = new Map<string, Removal>()
  for (const removal of found) {
    const isWanted =
      removal.kind === 'entry'
        ? () => isUsedNow(dataDir, removal.path)
        : () => Promise.resolve(false)
    const garbage = await takeAway(removal.path, isWanted)
    if (garbage !== undefined) removed.set(garbage, removal)
  }
  const { freed } = measureDiskUse([...removed.keys()])
  for (const garbage of removed.keys()) await rm(garbage, { recursive: true, force: true })
  return { isDryRun, removed: [...removed.values()], freedBytes: freed }
}

export function describe(kind: Removal['kind'], path: string): Removal {
  return { kind, path, sizeBytes: measureDiskUse([path]).bytes }
}

export function summarize(removed: readonly Removal[], isDryRun: boolean): Removals {
  const { freed } = measureDiskUse(removed.map(({ path }) => path))
  return { isDryRun, removed, freedBytes: freed }
}

/** What dead processes left in the folders of pyembed. */
export async function garbageOf({ dataDir, cacheDir }: Directories): Promise<readonly Removal[]> {
  const folders = [dataDir, storeDirectory(dataDir), rootsDirectory(dataDir), cacheDir].concat(
    ['downloads', 'unpacked', 'pyc'].map((name) => join(cacheDir, name)),
  )
  const found = await Promise.all(folders.map((folder) => findGarbage(folder)))
  return found.flat().map((path) => describe('garbage', path))
}

/**
 * Takes the name of a file or folder, so that nobody meets half of it while it is removed. When it `isWanted` after
 * all it gets its name back. @returns where it is now, undefined when it stays
 */
export async function takeAway(
  path: string,
  isWanted: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<string | undefined> {
  if (isTemporaryName(path)) return path
  const garbage = temporaryName(path)
  try {
    await rename(path, garbage)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
  if (!(await isWanted())) return garbage
  try {
    await rename(garbage, path)
    return undefined
  } catch (error) {
    const isMadeAnew = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(error) ?? '')
    if (isMadeAnew) return garbage
    throw error
  }
}

async function isUsedNow(dataDir: string, directory: string): Promise<boolean> {
  const roots = await readRoots(dataDir)
  return roots.flatMap(entriesOf).some(({ pinId }) => entryDirectory(dataDir, pinId) === directory)
}

function isExpired({ isGone, lastUsed }: FoundRoot, days: number | undefined): boolean {
  const age = Date.now() - lastUsed.getTime()
  return isGone && days !== undefined && age >= days * 24 * 60 * 60 * 1000
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => !isTemporaryName(name))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}
