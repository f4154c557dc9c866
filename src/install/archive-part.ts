import { unpackTarGz } from '../archive/tar.ts'
import { hasErrorCode } from '../errors.ts'
import type { Growth } from '../fs/growth.ts'
import { recordFile } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import type { Interruption } from '../process/threads.ts'
import { damagedCacheFile } from './damaged.ts'
import { relocatePrefix } from './relocate.ts'

export interface ArchiveFile {
  readonly path: string
  readonly name: string
  readonly sha256: string
  /** Of an archive that is still being fetched. */
  readonly growth?: Growth | undefined
}

/**
 * Left out of every archive: the Linux ones hold links there that differ only in case (PBS#231), and nothing
 * that embeds Python reads it.
 */
const droppedFolders = ['share/terminfo']

/** Writes the files of an archive, relocatable. @throws PYEMBED_CHECKSUM_MISMATCH, PYEMBED_ARCHIVE_* */
export async function writeArchive(
  writer: TreeWriter,
  archive: ArchiveFile,
  interruption: Interruption,
): Promise<void> {
  const { name, growth } = archive
  const options = { name, strip: 'python', drop: droppedFolders, interruption, growth }
  try {
    const found = await unpackTarGz(archive.path, writer, options)
    if (found !== archive.sha256) throw damagedCacheFile(archive, found)
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_ARCHIVE_CORRUPT')) throw error
    // Only the whole file's hash tells a damaged copy from an archive that was published broken.
    const { sha256 } = recordFile(archive.path, Buffer.allocUnsafe(1024 * 1024))
    throw sha256 === archive.sha256 ? error : damagedCacheFile(archive, sha256)
  }
  relocatePrefix(writer)
}
