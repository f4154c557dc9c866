import { constants, copyFileSync, linkSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { isLink, recordFile } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { DamagedPart, type Part } from './part.ts'

/** Windows has no x bit. */
const hasModes = process.platform !== 'win32'

/** Files between looks at what else there is to do. */
const pause = 128

/**
 * Puts a part into a prefix, by hard links where the file system has them for both, else by reflink or copy.
 * Each file is compared with its hash first. @throws DamagedPart, PYEMBED_PACKAGE_CONFLICT
 */
export async function addPart(
  writer: TreeWriter,
  part: Part,
  leftOut: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  let untilPause = pause
  for (const [path, record] of part.inventory) {
    if (leftOut.has(path)) continue
    untilPause -= 1
    if (untilPause === 0) {
      untilPause = pause
      // Lets Ctrl-C be heard.
      await setImmediate()
      signal?.throwIfAborted()
    }
    if (isLink(record)) {
      writer.writeLink(path, record.link)
      continue
    }
    const source = join(part.root, path)
    if (!part.isFresh) {
      const found = readRecord(source, buffer)
      if (found?.sha256 !== record.sha256 || (found.mode !== record.mode && hasModes)) {
        throw new DamagedPart(part.directory, path)
      }
    }
    try {
      writer.placeFile(path, record, (target) => linkOrCopy(source, target))
    } catch (error) {
      // Another process found the part damaged and removed it.
      throw systemErrorCode(error) === 'ENOENT' ? new DamagedPart(part.directory, path) : error
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

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target)
  } catch (error) {
    const cannotLink = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']
    if (error instanceof PyEmbedError || !cannotLink.includes(systemErrorCode(error) ?? ''))
      throw error
    copyFileSync(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  }
}
