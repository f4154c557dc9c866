import { unpackTar } from '../archive/tar.ts'
import { PyEmbedError } from '../errors.ts'
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
    const found = await unpackTar(archive.path, writer, options)
    if (found !== archive.sha256) throw damagedCacheFile(archive, found)
  } catch (error) {
    if (!(error instanceof PyEmbedError) || !error.code.startsWith('PYEMBED_ARCHIVE_')) throw error
    // Damage may look like anything. Only the whole file's hash tells a damaged copy from what was published so.
    const { sha256 } = recordFile(archive.path, Buffer.allocUnsafe(1024 * 1024))
    throw sha256 === archive.sha256 ? error : damagedCacheFile(archive, sha256)
  }
  relocatePrefix(writer)
}
