import { constants, copyFileSync, linkSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { isLink, recordFile } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { damagedPart } from './damaged.ts'
import type { Part } from './part.ts'

/** Windows has no x bit. */
const hasModes = process.platform !== 'win32'

/** Files between looks at what else there is to do. */
const filesPerTurn = 64

/**
 * Puts a part into a prefix, by hard links where the file system has them for both, else by reflink or copy. What
 * was unpacked before is to be compared with its hashes: {@link checkPart}.
 * @throws PYEMBED_PACKAGE_CONFLICT, PYEMBED_CHECKSUM_MISMATCH
 */
export function addPart(writer: TreeWriter, part: Part, leftOut: ReadonlySet<string>): void {
  for (const [path, record] of part.inventory) {
    if (leftOut.has(path)) continue
    if (isLink(record)) {
      writer.writeLink(path, record.link)
      continue
    }
    try {
      writer.placeFile(path, record, (target) => linkOrCopy(join(part.root, path), target))
    } catch (error) {
      // It was removed, or another process found it damaged.
      const isGone = ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')
      throw isGone ? damagedPart(part.directory, path) : error
    }
  }
}

/** Compares each file that {@link addPart} put below `root` with its record. @throws PYEMBED_CHECKSUM_MISMATCH */
export async function checkPart(
  root: string,
  part: Part,
  leftOut: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(256 * 1024)
  let untilPause = filesPerTurn
  for (const [path, record] of part.inventory) {
    if (leftOut.has(path) || isLink(record)) continue
    untilPause -= 1
    if (untilPause === 0) {
      untilPause = filesPerTurn
      await setImmediate()
      signal?.throwIfAborted()
    }
    const found = readRecord(join(root, path), buffer)
    if (found?.sha256 !== record.sha256 || (found.mode !== record.mode && hasModes)) {
      throw damagedPart(part.directory, path)
    }
  }
}

function readRecord(path: string, buffer: Buffer): ReturnType<typeof recordFile> | undefined {
  try {
    return recordFile(path, buffer)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemErrorCode(error) ?? '')) return undefined
    throw error
  }
}

function linkOrCopy(source: string, target: string): 'link' | 'copy' {
  try {
    linkSync(source, target)
    return 'link'
  } catch (error) {
    const cannotLink = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']
    if (error instanceof PyEmbedError || !cannotLink.includes(systemErrorCode(error) ?? ''))
      throw error
    copyFileSync(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    return 'copy'
  }
}
