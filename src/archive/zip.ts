import { closeSync, openSync, readSync } from 'node:fs'
import { crc32, inflateRawSync } from 'node:zlib'

import { type Entry, fromFdPromise } from 'yauzl'

import { PyEmbedError } from '../errors.ts'
import { logicalMode } from '../fs/inventory.ts'
import type { LogicalMode } from '../fs/tree-writer.ts'

/** One file of a zip archive. */
export interface ZipFile {
  readonly path: string
  readonly mode: LogicalMode
  readonly size: number
  /** The content, its size and CRC-32 checked. @throws PYEMBED_ARCHIVE_CORRUPT */
  readonly read: () => Buffer
}

export interface Zip extends Disposable {
  /** Files in the order of the central directory; folders are left out. */
  readonly files: readonly ZipFile[]
}

/** No single file of a wheel may be larger: it is inflated in memory. */
const largestFile = 2 ** 31

/**
 * Opens a zip file. yauzl reads the central directory and checks names; content is read here, as yauzl
 * neither checks CRC-32 nor reads without a stream per file.
 * @throws PYEMBED_ARCHIVE_CORRUPT
 */
export async function openZip(path: string, name: string): Promise<Zip> {
  const fd = openSync(path, 'r')
  try {
    const zip = await fromFdPromise(fd, {
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
    throw error instanceof PyEmbedError ? error : corrupt(name, String(error), error)
  }
}

function describe(fd: number, entry: Entry, name: string): ZipFile {
  const unixMode = entry.externalFileAttributes >>> 16
  if ((unixMode & 0o170000) === 0o120000) {
    throw new PyEmbedError(
      'PYEMBED_ARCHIVE_ENTRY_REFUSED',
      `\`${name}\` holds \`${entry.fileName}\`, a link`,
      {
        hint: 'Wheels hold files only. Get it from an index you trust',
      },
    )
  }
  return {
    path: entry.fileName,
    mode: logicalMode(unixMode),
    size: entry.uncompressedSize,
    read: () => readEntry(fd, entry, name),
  }
}

function readEntry(fd: number, entry: Entry, name: string): Buffer {
  const fail = (reason: string, cause?: unknown): never => {
    throw corrupt(name, `\`${entry.fileName}\` ${reason}`, cause)
  }
  if (entry.uncompressedSize > largestFile) fail('is too large')

  const header = readAt(fd, entry.relativeOffsetOfLocalHeader, 30)
  if (header === undefined || header.readUInt32LE(0) !== 0x04034b50) fail('has no local header')
  const start =
    entry.relativeOffsetOfLocalHeader +
    30 +
    (header?.readUInt16LE(26) ?? 0) +
    (header?.readUInt16LE(28) ?? 0)
  const raw = readAt(fd, start, entry.compressedSize) ?? fail('is cut off')

  let content = raw
  if (entry.compressionMethod === 8) {
    try {
      content = inflateRawSync(raw, { maxOutputLength: Math.max(entry.uncompressedSize, 1) })
    } catch (error) {
      fail('cannot be inflated', error)
    }
  } else if (entry.compressionMethod !== 0) {
    fail(`is compressed by method ${entry.compressionMethod}`)
  }
  if (content.length !== entry.uncompressedSize) fail('has another size than its entry says')
  if (crc32(content) !== entry.crc32) fail('has a wrong CRC-32')
  return content
}

function readAt(fd: number, position: number, length: number): Buffer | undefined {
  const buffer = Buffer.allocUnsafe(length)
  for (let done = 0; done < length;) {
    const read = readSync(fd, buffer, done, length - done, position + done)
    if (read === 0) return undefined
    done += read
  }
  return buffer
}

function corrupt(name: string, reason: string, cause?: unknown): PyEmbedError {
  return new PyEmbedError('PYEMBED_ARCHIVE_CORRUPT', `\`${name}\` cannot be read: ${reason}`, {
    hint: 'Its hash is the one the lock wants, so the index publishes a damaged file: lock another version',
    cause,
  })
}
