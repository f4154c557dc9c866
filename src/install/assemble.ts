import { constants, copyFileSync, linkSync } from 'node:fs'
import { join } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { isLink, recordFile } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import type { Part } from './part.ts'

/** A part in the cache is not what it was when it was made. */
export class DamagedPart extends Error {
  override readonly name = 'DamagedPart'
  readonly directory: string

  constructor({ directory }: Part, path: string) {
    super(`\`${path}\` of \`${directory}\` has changed`)
    this.directory = directory
  }
}

/**
 * Puts a part into a prefix, by hard links where the file system has them for both, else by reflink or copy.
 * Each file is compared with its hash first. @throws DamagedPart, PYEMBED_PACKAGE_CONFLICT
 */
export function addPart(writer: TreeWriter, part: Part, leftOut: ReadonlySet<string>): void {
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  for (const [path, record] of part.inventory) {
    if (leftOut.has(path)) continue
    if (isLink(record)) {
      writer.writeLink(path, record.link)
      continue
    }
    const source = join(part.root, path)
    if (!part.isFresh) {
      const found = readRecord(source, buffer)
      if (found?.sha256 !== record.sha256 || found.mode !== record.mode) {
        throw new DamagedPart(part, path)
      }
    }
    writer.placeFile(path, record, (target) => linkOrCopy(source, target))
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
