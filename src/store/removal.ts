import { rename } from 'node:fs/promises'
import { join } from 'node:path'

import type { Environment } from '../env.ts'
import { systemErrorCode } from '../errors.ts'
import { findLeftovers } from '../fetch/leftovers.ts'
import { findGarbage, isTemporaryName, temporaryName } from '../fs/atomic.ts'
import { measureDiskUse } from '../fs/disk-use.ts'
import { storeDirectory } from './paths.ts'
import { rootsDirectory } from './roots.ts'

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

export type Directories = Pick<Environment, 'dataDir' | 'cacheDir'>

/** Every folder that pyembed makes outside projects; whoever adds one adds it here. */
export function ownFolders({ dataDir, cacheDir }: Directories): readonly string[] {
  return [
    storeDirectory(dataDir),
    rootsDirectory(dataDir),
    ...['downloads', 'unpacked', 'pyc'].map((name) => join(cacheDir, name)),
  ]
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
  const folders = [dataDir, cacheDir, ...ownFolders({ dataDir, cacheDir })]
  const found = await Promise.all([
    ...folders.map((folder) => findGarbage(folder)),
    findLeftovers(join(cacheDir, 'downloads')),
  ])
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
