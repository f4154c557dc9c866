import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { type FileRecord, type Inventory, isLink } from '../fs/inventory.ts'

/** A prefix of which what the inventory says is shipped, or nothing. */
export interface PinnedPrefix {
  readonly prefix: string
  readonly inventory: Inventory
}

/**
 * Reads files whose hash is still to be compared, by who needs it anyway: {@link requirePinned}. The bytes are there
 * until the next file is read: memory for each would be 100 MB more before it is taken back.
 */
export function createReader(pinned: PinnedPrefix): (path: string) => Buffer {
  let memory = Buffer.alloc(0)
  const read = (path: string): Buffer => {
    const file = openSync(`${pinned.prefix}/${path}`, 'r')
    try {
      const { size } = fstatSync(file)
      if (memory.length < size) memory = Buffer.allocUnsafeSlow(size)
      let done = 0
      for (let count = -1; count !== 0 && done < size; done += count)
        count = readSync(file, memory, done, size - done, done)
      return memory.subarray(0, done)
    } finally {
      closeSync(file)
    }
  }
  return (path) => {
    try {
      return read(path)
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
