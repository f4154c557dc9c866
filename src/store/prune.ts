import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { isTemporaryName } from '../fs/atomic.ts'
import { measureDiskUse } from '../fs/disk-use.ts'
import { takeAway } from '../fs/take-away.ts'
import { listStore, usersOf } from './list.ts'
import { entryDirectory } from './paths.ts'
import {
  describe,
  type Directories,
  garbageOf,
  type Removal,
  type Removals,
  summarize,
} from './removal.ts'
import { entriesOf, type FoundRoot, readRoots } from './roots.ts'

export interface PruneOptions {
  /** Only look. */
  readonly isDryRun?: boolean | undefined
  /** Roots whose project is gone count no more when they were not used for so many days. */
  readonly olderThanDays?: number | undefined
  /** What else is based on an entry: the pin ids that are in use beside those of the roots, whenever it is asked. */
  readonly alsoUsed?: (() => ReadonlySet<string>) | undefined
}

/**
 * Removes store entries that no project uses, and of the cache what only they used: parts and byte code; and what
 * dead processes left. An entry that a sync begins to use meanwhile stays: a sync writes its root first, and an entry
 * loses its name before the roots are read once more.
 * @throws PYEMBED_ROOT_INVALID, for then nobody knows what is used
 */
export async function pruneStore(
  { dataDir, cacheDir }: Directories,
  { isDryRun = false, olderThanDays, alsoUsed = () => new Set() }: PruneOptions = {},
): Promise<Removals> {
  const roots = await readRoots(dataDir)
  const expired = roots.filter((root) => isExpired(root, olderThanDays))
  const living = roots.filter((root) => !expired.includes(root))

  const others = alsoUsed()
  const isUnused = (pinId: string): boolean =>
    usersOf(pinId, living).length === 0 && !others.has(pinId)
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
        ? async () =>
            alsoUsed().has(basename(removal.path)) || (await isUsedNow(dataDir, removal.path))
        : () => Promise.resolve(false)
    const garbage = await takeAway(removal.path, isWanted)
    if (garbage !== undefined) removed.set(garbage, removal)
  }
  const { freed } = measureDiskUse([...removed.keys()])
  for (const garbage of removed.keys()) await rm(garbage, { recursive: true, force: true })
  return { isDryRun, removed: [...removed.values()], freedBytes: freed }
}

async function isUsedNow(dataDir: string, directory: string): Promise<boolean> {
  const roots = await readRoots(dataDir)
  return roots.flatMap(entriesOf).some(({ pinId }) => entryDirectory(dataDir, pinId) === directory)
}

function isExpired({ isGone, lastUsed }: FoundRoot, days: number | undefined): boolean {
  // A clock that was set back is no sign of use.
  const age = Math.max(Date.now() - lastUsed.getTime(), 0)
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
