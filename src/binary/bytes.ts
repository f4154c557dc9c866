import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

import { PyEmbedError } from '../errors.ts'

/** A file that is not what it should be. The name of the file is known to who opened it. */
export function invalidBinary(what: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_BINARY_INVALID', what)
}

/** Bytes that are read where they are wanted: a program with debug information has a gigabyte, of which a page counts. */
export interface Bytes {
  readonly size: number
  /** @throws PYEMBED_BINARY_INVALID when they are not all there */
  readonly read: (offset: number, length: number) => Fields
}

/** Numbers and names of a piece of a file. Each throws PYEMBED_BINARY_INVALID outside of it. */
export interface Fields {
  readonly bytes: Buffer
  readonly u8: (at: number) => number
  readonly u16: (at: number) => number
  readonly u32: (at: number) => number
  /** A number that JavaScript holds exactly; larger ones are no offset of any file. */
  readonly u64: (at: number) => number
  /** The text from `at` to the next NUL, which must come. */
  readonly text: (at: number) => string
}

export type Endian = 'little' | 'big'

/** Longer than any path that a loader takes (PATH_MAX). Without a limit, many names in one long text cost its square. */
const longestText = 4096

export function bytesOf(buffer: Buffer, endian: Endian = 'little'): Bytes {
  return {
    size: buffer.length,
    read: (offset, length) => {
      checkRange(offset, length, buffer.length)
      return fieldsOf(buffer.subarray(offset, offset + length), endian)
    },
  }
}

/** The part of a file from `offset` on, as a file of its own. */
export function sliceBytes(file: Bytes, offset: number, size: number): Bytes {
  checkRange(offset, size, file.size)
  return {
    size,
    read: (at, length) => {
      checkRange(at, length, size)
      return file.read(offset + at, length)
    },
  }
}

/** Opens a file for as long as `use` runs. */
export function withBytes<T>(path: string, use: (bytes: Bytes) => T): T {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    return use({
      size,
      read: (offset, length) => {
        checkRange(offset, length, size)
        const buffer = Buffer.allocUnsafe(length)
        if (readSync(file, buffer, 0, length, offset) !== length) throw cutOff()
        return fieldsOf(buffer, 'little')
      },
    })
  } finally {
    closeSync(file)
  }
}

/** The same bytes as numbers of the other order. */
export function withEndian(file: Bytes, endian: Endian): Bytes {
  return {
    size: file.size,
    read: (offset, length) => fieldsOf(file.read(offset, length).bytes, endian),
  }
}

function fieldsOf(bytes: Buffer, endian: Endian): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isLittle = endian === 'little'
  const at = (offset: number, size: number): number => {
    checkRange(offset, size, bytes.length)
    return offset
  }
  return {
    bytes,
    u8: (offset) => view.getUint8(at(offset, 1)),
    u16: (offset) => view.getUint16(at(offset, 2), isLittle),
    u32: (offset) => view.getUint32(at(offset, 4), isLittle),
    u64: (offset) => {
      const value = Number(view.getBigUint64(at(offset, 8), isLittle))
      if (!Number.isSafeInteger(value)) throw invalidBinary(`a number is too large: ${value}`)
      return value
    },
    text: (offset) => {
      const end = bytes.indexOf(0, at(offset, 1))
      if (end === -1 || end - offset > longestText) throw invalidBinary('a name has no end')
      return bytes.toString('utf8', offset, end)
    },
  }
}

function checkRange(offset: number, length: number, size: number): void {
  if (offset < 0 || length < 0 || offset + length > size) throw cutOff()
}

function cutOff(): PyEmbedError {
  return invalidBinary('it points behind its end')
}
