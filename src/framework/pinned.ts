import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { createFileReader } from '../fs/file-reader.ts'
import { type FileRecord, type Inventory, isLink } from '../fs/inventory.ts'

/** A prefix of which what the inventory says is shipped, or nothing. */
export interface PinnedPrefix {
  readonly prefix: string
  readonly inventory: Inventory
}

/**
 * Reads files whose hash is still to be compared, by who needs it anyway: {@link requirePinned}. The bytes are there
 * until the next file is read.
 */
export function createReader(pinned: PinnedPrefix): (path: string) => Buffer {
  const read = createFileReader()
  return (path) => {
    try {
      return read(`${pinned.prefix}/${path}`)
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemErrorCode(error) ?? '')) {
        throw changed(pinned, path)
      }
      throw error
    }
  }
}

/** @throws PYEMBED_STORE_ENTRY_INVALID when the inventory has another hash */
export function requirePinned(pinned: PinnedPrefix, path: string, sha256: string): void {
  const record: FileRecord | undefined = pinned.inventory.get(path)
  if (record !== undefined && !isLink(record) && record.sha256 === sha256) return
  throw changed(pinned, path)
}

function changed({ prefix }: PinnedPrefix, path: string): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_STORE_ENTRY_INVALID',
    `\`${path}\` is not what the inventory of \`${prefix}\` says`,
    {
      hint: 'Run `pyembed verify --repair`; a build Python is copied again when the build is configured',
    },
  )
}
