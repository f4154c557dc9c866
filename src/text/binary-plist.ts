import { PyEmbedError } from '../errors.ts'
import { readPlist } from './plist-reader.ts'
import { isDictionary, type PlistDictionary, type PlistValue } from './plist.ts'

/** Deeper ones, and ones with more in them, are an attack on who reads them: one object may be in many. */
const [deepest, mostValues] = [64, 100_000]

/** `CFBinaryPListTrailer`, at the end. */
const trailerSize = 32

/** A property list of a bundle: in XML, or in the binary form that Xcode writes. @throws PYEMBED_PLIST_INVALID */
export function readAnyPlist(bytes: Buffer): PlistDictionary {
  const isBinary = bytes.toString('latin1', 0, 8) === 'bplist00'
  if (!isBinary) return readPlist(bytes.toString('utf8'))
  try {
    const value = readBinary(bytes)
    if (isDictionary(value)) return value
  } catch (error) {
    // What Buffer says of places outside of it.
    if (!(error instanceof RangeError)) throw error
  }
  throw damaged()
}

/** By CF-1153.18, CFBinaryPList.c. */
function readBinary(bytes: Buffer): PlistValue {
  const trailer = bytes.length - trailerSize
  const [offsetSize, referenceSize] = [bytes.readUInt8(trailer + 6), bytes.readUInt8(trailer + 7)]
  const number = (at: number, size: number): number => {
    if (size > 6) {
      const value = bytes.readBigInt64BE(at + size - 8)
      return Number(value)
    }
    return bytes.readUIntBE(at, size)
  }
  const table = number(trailer + 24, 8)
  let values = 0
  const read = (index: number, depth: number): PlistValue => {
    values += 1
    if (depth > deepest || values > mostValues) throw damaged()
    const at = number(table + index * offsetSize, offsetSize)
    const marker = bytes.readUInt8(at)
    const [kind, low] = [marker >> 4, marker & 0x0f]
    const isLong = low === 0x0f && kind >= 4
    const sizeOfCount = 2 ** (isLong ? bytes.readUInt8(at + 1) & 0x0f : 0)
    const count = isLong ? number(at + 2, sizeOfCount) : low
    const start = isLong ? at + 2 + sizeOfCount : at + 1
    const slice = (size: number): Buffer => {
      if (start + size > trailer) throw damaged()
      return bytes.subarray(start, start + size)
    }
    const member = (position: number): PlistValue =>
      read(number(start + position * referenceSize, referenceSize), depth + 1)
    switch (kind) {
      case 0x0:
        if (low === 8 || low === 9) return low === 9
        throw damaged()
      case 0x1:
        return number(start, 2 ** low)
      case 0x2:
        return { real: low === 2 ? bytes.readFloatBE(start) : bytes.readDoubleBE(start) }
      case 0x3:
        return { date: dateOf(bytes.readDoubleBE(start)) }
      case 0x4:
        return Buffer.from(slice(count))
      case 0x5:
        return slice(count).toString('latin1')
      case 0x6:
        return Buffer.from(slice(count * 2))
          .swap16()
          .toString('utf16le')
      case 0xa:
        return Array.from({ length: Math.min(count, mostValues) }, (_, each) => member(each))
      case 0xd: {
        const entries = Array.from({ length: Math.min(count, mostValues) }, (_, each) => {
          const key = member(each)
          if (typeof key !== 'string') throw damaged()
          return [key, member(count + each)] as const
        })
        return new Map(entries)
      }
      default:
        throw damaged()
    }
  }
  return read(number(trailer + 16, 8), 0)
}

/** Seconds since 2001. */
function dateOf(seconds: number): string {
  const date = new Date(Date.UTC(2001, 0, 1) + seconds * 1000)
  if (Number.isNaN(date.getTime())) throw damaged()
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}

function damaged(): PyEmbedError {
  return new PyEmbedError('PYEMBED_PLIST_INVALID', 'it is a binary property list that is damaged')
}
