import { constants, copyFileSync, linkSync } from 'node:fs'
import { join } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { isLink } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { damagedPart } from './damaged.ts'
import type { Part } from './part.ts'

/**
 * Puts a part into a prefix, by hard links where the file system has them for both, else by reflink or copy.
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
