import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32, inflateRawSync } from 'node:zlib'

import { type Entry, fromRandomAccessReaderPromise } from 'yauzl'

import { PyEmbedError } from '../errors.ts'
import { logicalMode } from '../fs/inventory.ts'
import type { LogicalMode } from '../fs/tree-writer.ts'
import { createInflater, isInflateError } from './inflate.ts'
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

/** No single file of a wheel may be larger: it is inflated in memory. */
const largestFile = 2 ** 31

/** What is larger is not allocated before the file is known to be that long. */
const unsuspicious = 1024 * 1024

/** What of a compressed file is read at once. */
const chunkSize = 16 * 1024

/**
 * Opens a zip file. yauzl reads the central directory and checks names; content is read here, as yauzl
 * neither checks CRC-32 nor reads without a stream per file.
 * @throws PYEMBED_ARCHIVE_CORRUPT, PYEMBED_ARCHIVE_ENTRY_REFUSED
 */
export async function openZip(path: string, name: string): Promise<Zip> {
  const fd = openSync(path, 'r')
  try {
    const zip = await fromRandomAccessReaderPromise(new ZipReader(fd), fstatSync(fd).size, {
      autoClose: false,
      strictFileNames: true,
      lazyEntries: true,
    })
    const files: ZipFile[] = []
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('/')) files.push(describe(fd, entry, name))
    }
    return { files, [Symbol.dispose]: () => closeSync(fd) }
  } catch (error) {
    closeSync(fd)
    if (error instanceof PyEmbedError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    // What yauzl says of names that leave the folder (its validateFileName).
    const isName = /^(?:invalid characters in fileName|absolute path|invalid relative path): /
    throw isName.test(reason) ? refused(name, reason) : corrupt(name, reason, error)
  }
}

function describe(fd: number, entry: Entry, name: string): ZipFile {
  const unixMode = entry.externalFileAttributes >>> 16
  if ((unixMode & 0o170000) === 0o120000) {
    throw refused(name, `link: ${entry.fileName}`)
  }
  const fail = (reason: string, cause?: unknown): never => {
    throw corrupt(name, `\`${entry.fileName}\` ${reason}`, cause)
  }
  return {
    path: entry.fileName,
    mode: logicalMode(unixMode),
    size: entry.uncompressedSize,
    read: () => {
      const raw = readRaw(fd, entry, fail)
      return checkContent(entry, inflate(raw, entry, fail), fail)
    },
    stream: (give) => streamContent(fd, entry, give, fail),
  }
}

type Fail = (reason: string, cause?: unknown) => never

function inflate(raw: Buffer, entry: Entry, fail: Fail): Buffer {
  if (entry.compressionMethod === 0) return raw
  if (entry.compressionMethod !== 8) fail(`is compressed by method ${entry.compressionMethod}`)
  const size = entry.uncompressedSize
  try {
    // One piece, so that zlib neither allocates nor joins many.
    return inflateRawSync(raw, {
      chunkSize: Math.max(size, 64),
      maxOutputLength: Math.max(size, 1),
    })
  } catch (error) {
    return fail('cannot be inflated', error)
  }
}

function streamContent(fd: number, entry: Entry, give: (piece: Buffer) => void, fail: Fail): void {
  let size = 0
  let checksum = 0
  const take = (piece: Buffer): void => {
    size += piece.length
    checksum = crc32(piece, checksum)
    if (size <= entry.uncompressedSize) give(piece)
  }
  const start = contentStart(fd, entry, fail)
  const chunks = readChunks(fd, start, entry.compressedSize, fail)
  if (entry.compressionMethod === 0) {
    for (const chunk of chunks) take(chunk)
  } else {
    if (entry.compressionMethod !== 8) fail(`is compressed by method ${entry.compressionMethod}`)
    const inflater = createInflater('raw', take)
    try {
      for (const chunk of chunks) {
        inflater.write(chunk)
        if (size > entry.uncompressedSize) break
      }
    } catch (error) {
      if (isInflateError(error)) fail('cannot be inflated', error)
      throw error
    }
  }
  if (size !== entry.uncompressedSize) fail('has another size than its entry says')
  if (checksum !== entry.crc32) fail('has a wrong CRC-32')
}

function checkContent(entry: Entry, content: Buffer, fail: Fail): Buffer {
  if (content.length !== entry.uncompressedSize) fail('has another size than its entry says')
  if (crc32(content) !== entry.crc32) fail('has a wrong CRC-32')
  return content
}

function readRaw(fd: number, entry: Entry, fail: Fail): Buffer {
  if (entry.uncompressedSize >= largestFile) fail('is too large')
  return readAt(fd, contentStart(fd, entry, fail), entry.compressedSize) ?? fail('is cut off')
}

function* readChunks(fd: number, start: number, size: number, fail: Fail): Iterable<Buffer> {
  for (let done = 0; done < size;) {
    const chunk = readAt(fd, start + done, Math.min(chunkSize, size - done)) ?? fail('is cut off')
    yield chunk
    done += chunk.length
  }
}

function contentStart(fd: number, entry: Entry, fail: Fail): number {
  const header = readAt(fd, entry.relativeOffsetOfLocalHeader, 30) ?? fail('has no local header')
  if (header.readUInt32LE(0) !== 0x04034b50) fail('has no local header')
  return entry.relativeOffsetOfLocalHeader + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
}

function readAt(fd: number, position: number, length: number): Buffer | undefined {
  if (length >= largestFile || (length > unsuspicious && position + length > fstatSync(fd).size)) {
    return undefined
  }
  const buffer = Buffer.allocUnsafe(length)
  for (let done = 0; done < length;) {
    const read = readSync(fd, buffer, done, length - done, position + done)
    if (read === 0) return undefined
    done += read
  }
  return buffer
}

function refused(name: string, reason: string): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_ARCHIVE_ENTRY_REFUSED',
    `\`${name}\` holds what no wheel may hold: ${reason}`,
    { hint: 'Nothing of it was kept. Get it from an index you trust' },
  )
}

function corrupt(name: string, reason: string, cause?: unknown): PyEmbedError {
  return new PyEmbedError('PYEMBED_ARCHIVE_CORRUPT', `\`${name}\` cannot be read: ${reason}`, {
    hint: 'Its hash is the one the lock wants, so the index publishes a damaged file: lock another version',
    cause,
  })
}
