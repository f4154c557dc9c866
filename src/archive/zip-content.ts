import { fstatSync, readSync } from 'node:fs'
import { crc32, inflateRawSync } from 'node:zlib'

import type { Entry } from 'yauzl'

import { InflateError } from './inflater.ts'
import { createInflater } from './inflate.ts'

/** Where the content of an entry lies, and how to say that it is damaged. */
export interface ContentPlace {
  readonly fd: number
  readonly entry: Entry
  readonly fail: (reason: string, cause?: unknown) => never
}

/** No single file of a wheel may be larger: it is inflated in memory. */
const largestFile = 2 ** 31

/** What is larger is not allocated before the file is known to be that long. */
const unsuspicious = 1024 * 1024

/** What of a compressed file is read at once. */
const chunkSize = 16 * 1024

export function readContent(place: ContentPlace): Buffer {
  const { fd, entry, fail } = place
  if (entry.uncompressedSize >= largestFile) fail('is too large')
  const raw = readAt(fd, contentStart(place), entry.compressedSize) ?? fail('is cut off')
  const content = isStored(place) ? raw : inflate(raw, place)
  check(content.length, crc32(content), place)
  return content
}

export function streamContent(place: ContentPlace, give: (piece: Buffer) => void): void {
  const { entry, fail } = place
  let size = 0
  let checksum = 0
  const take = (piece: Buffer): void => {
    size += piece.length
    checksum = crc32(piece, checksum)
    if (size <= entry.uncompressedSize) give(piece)
  }
  const chunks = readChunks(place)
  if (isStored(place)) {
    for (const chunk of chunks) take(chunk)
  } else {
    const inflater = createInflater('raw', take)
    try {
      for (const chunk of chunks) {
        inflater.write(chunk)
        if (size > entry.uncompressedSize) break
      }
    } catch (error) {
      if (error instanceof InflateError) fail('cannot be inflated', error)
      throw error
    }
  }
  check(size, checksum, place)
}

function isStored({ entry, fail }: ContentPlace): boolean {
  const { compressionMethod: method } = entry
  return method === 0 || (method === 8 ? false : fail(`is compressed by method ${method}`))
}

function inflate(raw: Buffer, { entry, fail }: ContentPlace): Buffer {
  const size = entry.uncompressedSize
  try {
    // One piece, so that zlib neither allocates nor joins many.
    return inflateRawSync(raw, {
      chunkSize: Math.max(Math.min(size, raw.length * 1032), 64),
      maxOutputLength: Math.max(size, 1),
    })
  } catch (error) {
    return fail('cannot be inflated', error)
  }
}

function check(size: number, checksum: number, { entry, fail }: ContentPlace): void {
  if (size !== entry.uncompressedSize) fail('has another size than its entry says')
  if (checksum !== entry.crc32) fail('has a wrong CRC-32')
}

function* readChunks(place: ContentPlace): Iterable<Buffer> {
  const start = contentStart(place)
  const size = place.entry.compressedSize
  for (let done = 0; done < size;) {
    const length = Math.min(chunkSize, size - done)
    const chunk = readAt(place.fd, start + done, length) ?? place.fail('is cut off')
    yield chunk
    done += chunk.length
  }
}

/** Where the content begins: behind the local header, which must have the name of the central one. */
function contentStart({ fd, entry, fail }: ContentPlace): number {
  const { relativeOffsetOfLocalHeader: start, fileNameRaw: name } = entry
  const header = readAt(fd, start, 30 + name.length) ?? fail('has no local header')
  if (header.readUInt32LE(0) !== 0x04034b50) fail('has no local header')
  const isSame = header.readUInt16LE(26) === name.length && header.subarray(30).equals(name)
  if (!isSame) fail('has another name in its local header')
  return start + header.length + header.readUInt16LE(28)
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
