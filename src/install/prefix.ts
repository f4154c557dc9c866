import { unpackTarGz, type UnpackOptions } from '../archive/tar.ts'
import { hasErrorCode, PyEmbedError } from '../errors.ts'
import { recordFile } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { type PrefixKind, prefixLayout, type PrefixLayout } from '../platform/layout.ts'
import { allDone } from '../process/all-done.ts'
import { createBundledPackages } from './bundled.ts'
import { DamagedCacheFile } from './damaged.ts'
import { relocatePrefix } from './relocate.ts'
import { installWheel, type WheelFile } from './wheel.ts'

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
 * Writes a prefix: the archive's files, relocatable, and the wheels. A distribution of the archive that is
 * locked too (pip always) is replaced. Archive and wheels are unpacked side by side.
 * @throws PYEMBED_CHECKSUM_MISMATCH when the archive is not the one that was locked, PYEMBED_ARCHIVE_*,
 *   PYEMBED_WHEEL_INVALID, PYEMBED_PACKAGE_CONFLICT, PYEMBED_PREFIX_UNEXPECTED
 */
export async function writePrefix(writer: TreeWriter, parts: PrefixParts): Promise<void> {
  const layout = prefixLayout(parts.kind)
  const bundled = createBundledPackages(layout)
  await allDone([unpackArchive(writer, parts, bundled.takes), installWheels(writer, parts, layout)])
  bundled.writeUnlessReplaced(
    writer,
    parts.wheels.map(({ name }) => name),
  )

  for (const path of [layout.executable, layout.library]) {
    if (writer.inventory.has(path)) continue
    throw new PyEmbedError(
      'PYEMBED_PREFIX_UNEXPECTED',
      `\`${parts.archive.name}\` has no \`${path}\``,
      { hint: 'Choose another build of python-build-standalone' },
    )
  }
  relocatePrefix(writer)
}

function isPip({ name }: WheelFile): boolean {
  return name.startsWith('pip-')
}

async function installWheels(
  writer: TreeWriter,
  { kind, wheels, signal }: PrefixParts,
  layout: PrefixLayout,
): Promise<void> {
  // pip first: its launchers are what the commands of the others are made of.
  for (const wheel of [...wheels].sort((a, b) => Number(isPip(b)) - Number(isPip(a)))) {
    signal?.throwIfAborted()
    await installWheel(wheel, writer, kind, layout)
  }
}

async function unpackArchive(
  writer: TreeWriter,
  { archive, signal }: PrefixParts,
  holdBack: UnpackOptions['holdBack'],
): Promise<void> {
  const damaged = (found: string): DamagedCacheFile =>
    new DamagedCacheFile(archive.name, archive.path, found, archive.sha256)
  const options = { name: archive.name, strip: 'python', drop: droppedFolders, holdBack, signal }
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
