import { join } from 'node:path'

import type { Environment } from '../env.ts'
import { findGarbage } from '../fs/atomic.ts'
import { measureDiskUse } from '../fs/disk-use.ts'
import { findLeftovers } from '../fs/leftovers.ts'
import { leasesDirectory, storeDirectory } from './paths.ts'
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

/** A folder that pyembed makes outside projects, and what the names of its own files and folders there look like. */
interface OwnFolder {
  readonly path: string
  readonly names: RegExp
}

/** Every one of them; whoever adds one adds it here. */
export function ownFolders({ dataDir, cacheDir }: Directories): readonly OwnFolder[] {
  return [
    { path: storeDirectory(dataDir), names: /^cpython-/ },
    { path: leasesDirectory(dataDir), names: /^cpython-.*\.lease/ },
    { path: rootsDirectory(dataDir), names: /^[0-9a-f]{16}.*\.json$/ },
    { path: join(cacheDir, 'downloads'), names: /^[0-9a-f]{64}(?:\.|$)/ },
    { path: join(cacheDir, 'unpacked'), names: /^[0-9a-f]{64}-/ },
    { path: join(cacheDir, 'pyc'), names: /^cpython-/ },
  ]
}

export function describe(kind: Removal['kind'], path: string): Removal {
  return { kind, path, sizeBytes: measureDiskUse([path]).bytes }
}

export function summarize(
  removed: readonly Removal[],
  isDryRun: boolean,
  also: readonly string[] = [],
): Removals {
  const { freed } = measureDiskUse([...removed.map(({ path }) => path), ...also])
  return { isDryRun, removed, freedBytes: freed }
}

/** What dead processes left in the folders of pyembed. */
export async function garbageOf({ dataDir, cacheDir }: Directories): Promise<readonly Removal[]> {
  const own = ownFolders({ dataDir, cacheDir }).map(({ path }) => path)
  const folders = [dataDir, cacheDir, ...own]
  const found = await Promise.all([
    ...folders.map((folder) => findGarbage(folder)),
    findLeftovers(join(cacheDir, 'downloads')),
    findLeftovers(leasesDirectory(dataDir), storeDirectory(dataDir)),
  ])
  return found.flat().map((path) => describe('garbage', path))
}
