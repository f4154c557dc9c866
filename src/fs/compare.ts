import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { type Interruption, runJobs, type Workshop } from '../process/threads.ts'
import { type FileRecord, type Inventory, isLink, recordFile } from './inventory.ts'
import { packageRoot } from './package-root.ts'

/** How a file differs from its record. */
export interface Difference {
  readonly path: string
  readonly kind: 'missing' | 'changed' | 'mode' | 'link'
}

interface CompareJob {
  readonly root: string
  readonly files: readonly (readonly [path: string, record: FileRecord])[]
}

/** What a thread takes at a time; what is less does not start one. */
const sliceSize = 16 * 1024 * 1024

/** What opening a file costs, in bytes that are hashed meanwhile. */
const costOfFile = 16 * 1024

const filesPerTurn = 64

/**
 * Compares the files below `root` with their records, as fast as the processors hash: content, x bit, link text.
 * What is there beside them is not looked at. Unsorted.
 */
export async function compareFiles(
  root: string,
  inventory: Inventory,
  signal?: AbortSignal,
): Promise<readonly Difference[]> {
  const jobs = slices(inventory).map((files): CompareJob => ({ root, files }))
  return (await runJobs(compareWorkshop(), jobs, signal)).flat()
}

export function compareWorkshop(): Workshop<CompareJob, readonly Difference[]> {
  return { file: join(packageRoot(), 'dist', 'compare-worker.cjs'), work: compareSlice }
}

/** Cuts an inventory into pieces of about the same work. */
function slices(inventory: Inventory): readonly CompareJob['files'][] {
  const pieces: (readonly [string, FileRecord])[][] = []
  let room = 0
  for (const entry of inventory) {
    if (room <= 0) {
      pieces.push([])
      room = sliceSize
    }
    pieces.at(-1)?.push(entry)
    room -= costOfFile + (isLink(entry[1]) ? 0 : entry[1].size)
  }
  return pieces
}

async function compareSlice(
  { root, files }: CompareJob,
  interruption: Interruption,
): Promise<readonly Difference[]> {
  const buffer = Buffer.allocUnsafe(256 * 1024)
  const differences: Difference[] = []
  for (const [index, [path, record]] of files.entries()) {
    if (index % filesPerTurn === 0) await interruption.pause()
    const kind = compareFile(join(root, path), record, buffer)
    if (kind !== undefined) differences.push({ path, kind })
  }
  return differences
}

function compareFile(
  path: string,
  record: FileRecord,
  buffer: Buffer,
): Difference['kind'] | undefined {
  let status: Stats
  try {
    status = lstatSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return 'missing'
    throw error
  }
  const isSymbolicLink = status.isSymbolicLink()
  if (isLink(record))
    return isSymbolicLink && readlinkSync(path) === record.link ? undefined : 'link'
  if (isSymbolicLink) return 'link'
  // A folder or a pipe in its place; opening a pipe would wait for its writer.
  if (!status.isFile() || status.size !== record.size) return 'changed'

  const found = recordFile(path, buffer)
  if (found.sha256 !== record.sha256) return 'changed'
  // Windows has no x bit.
  return found.mode === record.mode || process.platform === 'win32' ? undefined : 'mode'
}
