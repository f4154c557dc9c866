import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

import { unpackTarGz } from '../archive/tar.ts'
import { hasErrorCode, PyEmbedError } from '../errors.ts'
import { recordFile } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { type PrefixKind, prefixLayout, type PrefixLayout } from '../platform/layout.ts'
import { DamagedCacheFile } from './damaged.ts'
import { parseRecord } from './record.ts'
import { relocatePrefix } from './relocate.ts'
import { installWheel, type WheelFile } from './wheel.ts'

/** Raised whenever equal inputs would give other bytes; it enters the pin id. A golden digest test enforces it. */
export const recipe = 1

export interface PrefixParts {
  readonly kind: PrefixKind
  readonly archive: { readonly path: string; readonly name: string; readonly sha256: string }
  readonly wheels: readonly WheelFile[]
  readonly signal?: AbortSignal | undefined
}

/**
 * Left out of every archive: the Linux ones hold links there that differ only in case (PBS#231), and nothing
 * that embeds Python reads it.
 */
const droppedFolders = ['share/terminfo']

/**
 * Writes a prefix: the archive's files, relocatable, and the wheels; a locked pip replaces the archive's.
 * @throws PYEMBED_CHECKSUM_MISMATCH when the archive is not the one that was locked, PYEMBED_ARCHIVE_*,
 *   PYEMBED_WHEEL_INVALID, PYEMBED_PACKAGE_CONFLICT, PYEMBED_PREFIX_UNEXPECTED
 */
export async function writePrefix(writer: TreeWriter, parts: PrefixParts): Promise<void> {
  const { kind, archive, wheels, signal } = parts
  const layout = prefixLayout(kind)
  await unpackArchive(writer, parts)
  for (const path of [layout.executable, layout.library]) {
    if (writer.inventory.has(path)) continue
    throw new PyEmbedError('PYEMBED_PREFIX_UNEXPECTED', `\`${archive.name}\` has no \`${path}\``, {
      hint: 'Choose another build of python-build-standalone',
    })
  }
  relocatePrefix(writer)
  if (wheels.some(({ name }) => name.startsWith('pip-'))) removeDistribution(writer, layout, 'pip')
  // pip first: its launchers are what the commands of the others are made of.
  for (const wheel of [...wheels].sort((a, b) => Number(isPip(b)) - Number(isPip(a)))) {
    signal?.throwIfAborted()
    await installWheel(wheel, writer, kind, layout)
  }
}

async function unpackArchive(writer: TreeWriter, { archive, signal }: PrefixParts): Promise<void> {
  const damaged = (found: string): DamagedCacheFile =>
    new DamagedCacheFile(archive.name, archive.path, found, archive.sha256)
  const options = { name: archive.name, strip: 'python', drop: droppedFolders, signal }
  try {
    const found = await unpackTarGz(archive.path, writer, options)
    if (found !== archive.sha256) throw damaged(found)
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_ARCHIVE_CORRUPT')) throw error
    // Only the whole file's hash tells a damaged copy from an archive that was published broken.
    const { sha256 } = recordFile(archive.path, Buffer.allocUnsafe(1024 * 1024))
    throw sha256 === archive.sha256 ? error : damaged(sha256)
  }
}

function isPip({ name }: WheelFile): boolean {
  return name.startsWith('pip-')
}

/** Removes an installed distribution by its RECORD, which may name files that are not there (byte code). */
function removeDistribution(
  writer: TreeWriter,
  { sitePackages }: PrefixLayout,
  name: string,
): void {
  const pattern = new RegExp(`^${sitePackages}/${name}-[^/]+\\.dist-info/RECORD$`)
  const record = [...writer.inventory.keys()].find((path) => pattern.test(path))
  if (record === undefined) return

  const text = readFileSync(join(writer.root, record), 'utf8')
  const folders = new Set<string>()
  for (const line of parseRecord(text)) {
    const path = posix.normalize(`${sitePackages}/${line.path}`)
    if (!writer.inventory.has(path)) continue
    writer.remove(path)
    for (
      let folder = posix.dirname(path);
      folder !== sitePackages && folder !== '.';
      folder = posix.dirname(folder)
    ) {
      folders.add(folder)
    }
  }
  const deepestFirst = [...folders].sort((a, b) => b.length - a.length)
  for (const folder of deepestFirst) writer.removeFolderIfEmpty(folder)
}
