import { closeSync, fstatSync, openSync } from 'node:fs'

import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel } from 'yauzl'

import { PyEmbedError } from '../errors.ts'
import { logicalMode } from '../fs/inventory.ts'
import type { LogicalMode } from '../fs/tree-writer.ts'
import { checkSize } from './limits.ts'
import { createEntryPolicy, type EntryKind } from './policy.ts'
import { corrupt, refusedWhole } from './refusal.ts'
import { type ContentPlace, readContent, streamContent } from './zip-content.ts'
import { ZipReader } from './zip-reader.ts'

/** One file of a zip archive. */
export interface ZipFile {
  readonly path: string
  readonly mode: LogicalMode
  readonly size: number
  /** The content, its size and CRC-32 checked. @throws PYEMBED_ARCHIVE_CORRUPT */
  readonly read: () => Buffer
  /** Gives the same in pieces; what is wrong with it shows at the end. @throws PYEMBED_ARCHIVE_CORRUPT */
  readonly stream: (give: (piece: Buffer) => void) => void
}

export interface Zip extends Disposable {
  /** Files in the order of the central directory; folders are left out. */
  readonly files: readonly ZipFile[]
}

/**
 * Opens a zip file and judges all its entries. yauzl reads the central directory; content is read here, as yauzl
 * neither checks CRC-32 nor reads without a stream per file.
 * @throws PYEMBED_ARCHIVE_*
 */
export async function openZip(path: string, name: string): Promise<Zip> {
  const fd = openSync(path, 'r')
  try {
    return { files: await readFiles(fd, name), [Symbol.dispose]: () => closeSync(fd) }
  } catch (error) {
    closeSync(fd)
    if (error instanceof PyEmbedError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    // What yauzl says of bytes behind the end record.
    throw reason.startsWith('Invalid comment length')
      ? refusedWhole('PYEMBED_ARCHIVE_TRAILING_DATA', name, 'has data after its end')
      : corrupt(name, reason, error)
  }
}

async function readFiles(fd: number, name: string): Promise<readonly ZipFile[]> {
  const { size } = fstatSync(fd)
  const zip = await fromRandomAccessReaderPromise(new ZipReader(fd), size, {
    autoClose: false,
    decodeStrings: false,
    lazyEntries: true,
  })
  const policy = createEntryPolicy({ name, isWheel: true })
  const files: ZipFile[] = []
  let unpacked = 0
  let packed = 0
  for await (const entry of zip.eachEntry()) {
    if (entry.isEncrypted()) throw corrupt(name, 'it is encrypted')
    unpacked += entry.uncompressedSize
    packed += entry.compressedSize
    checkSize(name, unpacked, size)
    if (packed > size) throw corrupt(name, 'it is cut off, or its entries lie on each other')
    const described = describe(entry)
    const accepted = policy.accept(described)
    if (accepted !== undefined) files.push(openFile(fd, entry, accepted, name))
  }
  return files
}

function describe(entry: Entry): { path: string; kind: EntryKind; mode: number } {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry
  const path = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true)
  const mode = entry.externalFileAttributes >>> 16
  return { path, kind: entryKind(path, mode & 0o170000), mode: mode & 0o7777 }
}

/** By the file type of Unix, which is 0 where the archive was made elsewhere. */
function entryKind(path: string, type: number): EntryKind {
  if (path.endsWith('/')) return 'folder'
  if (type === 0 || type === 0o100000) return 'file'
  if (type === 0o120000) return 'link'
  return [0o010000, 0o020000, 0o060000, 0o140000].includes(type) ? 'device' : 'unknown'
}

function openFile(fd: number, entry: Entry, path: string, name: string): ZipFile {
  const place: ContentPlace = {
    fd,
    entry,
    fail: (reason, cause) => {
      throw corrupt(name, `\`${path}\` ${reason}`, cause)
    },
  }
  return {
    path,
    mode: logicalMode(entry.externalFileAttributes >>> 16),
    size: entry.uncompressedSize,
    read: () => readContent(place),
    stream: (give) => streamContent(place, give),
  }
}
