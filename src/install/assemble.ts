import { constants, copyFileSync, linkSync } from 'node:fs'
import { join, posix } from 'node:path'

import { foldPath } from '../archive/names.ts'
import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { compareFiles } from '../fs/compare.ts'
import { type FileRecord, type Inventory, isLink } from '../fs/inventory.ts'
import { stampFile } from '../fs/stamp.ts'
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

/**
 * Makes sure that no two names of a prefix are one to the file systems of Windows and macOS, where they would lie on
 * each other. @throws PYEMBED_PACKAGE_CONFLICT
 */
export function requireDistinctNames(inventory: Inventory): void {
  const known = new Map<string, string>()
  for (const path of inventory.keys()) {
    for (let name = path; name !== '.'; name = posix.dirname(name)) {
      const folded = foldPath(name)
      const other = known.get(folded)
      if (other === name) break
      if (other !== undefined) {
        throw new PyEmbedError(
          'PYEMBED_PACKAGE_CONFLICT',
          `\`${name}\` and \`${other}\` are one name on this target`,
          {
            hint: 'Two packages bring names that differ only in case: leave one out of `requires`',
          },
        )
      }
      known.set(folded, name)
    }
  }
}

export interface CheckOptions {
  /** Paths whose content is looked at whatever their stamps say. */
  readonly suspects?: ReadonlySet<string> | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Looks whether files that {@link addPart} placed are what they were when their parts were made: by their stamps, and
 * by their hashes where those do not say so. @throws PYEMBED_CHECKSUM_MISMATCH
 */
export async function checkParts(
  { root, inventory }: TreeWriter,
  parts: readonly Part[],
  { suspects, signal }: CheckOptions,
): Promise<void> {
  const doubtful = new Map<string, FileRecord>()
  for (const part of parts) {
    for (const [path, record] of part.inventory) {
      // Another part may have replaced it.
      if (isLink(record) || inventory.get(path) !== record) continue
      const isProven =
        suspects?.has(path) !== true && stampFile(`${root}/${path}`) === part.stamps[path]
      if (!isProven) doubtful.set(path, record)
    }
  }
  const [damage] = await compareFiles(root, doubtful, signal)
  if (damage === undefined) return
  const part = parts.find((each) => each.inventory.get(damage.path) === doubtful.get(damage.path))
  throw damagedPart(part?.directory ?? root, damage.path)
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
