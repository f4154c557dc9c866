import type { EntryKind } from './policy.ts'

export const blockSize = 512

/** A header block of tar, as it stands. */
export interface TarHeader {
  readonly path: string
  readonly type: string
  readonly mode: number
  readonly size: number
  readonly link: string
}

export type Fail = (reason: string) => never

/** Reads a header block (POSIX.1-2024 pax, "ustar Interchange Format"; GNU; V7); undefined for a block of zeros. */
export function readTarHeader(block: Buffer, fail: Fail): TarHeader | undefined {
  if (isZero(block)) return undefined
  const number = (start: number, size: number): number =>
    readNumber(block.subarray(start, start + size), fail)
  let sum = 8 * 0x20
  for (const byte of block) sum += byte
  for (const byte of block.subarray(148, 156)) sum -= byte
  if (number(148, 8) !== sum) fail('a header has a wrong checksum')

  // GNU writes `ustar ` and keeps other things where POSIX has the prefix.
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isPosix ? readText(block, 345, 155) : ''
  const name = readText(block, 0, 100)
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    type: String.fromCharCode(block[156] ?? 0),
    mode: number(100, 8),
    size: number(124, 12),
    link: readText(block, 157, 100),
  }
}

export function isZero(data: Buffer): boolean {
  return data[0] === 0 && data.every((byte) => byte === 0)
}

/** What an entry of that type flag and name is. */
export function entryKind(type: string, path: string): EntryKind {
  switch (type) {
    case '0':
    case '\0':
      // V7 has no type for folders.
      return path.endsWith('/') ? 'folder' : 'file'
    case '1':
      return 'hard link'
    case '2':
      return 'link'
    case '3':
    case '4':
    case '6':
      return 'device'
    case '5':
      return 'folder'
    case 'S':
      return 'sparse file'
    default:
      return 'unknown'
  }
}

/** Reads the records `<length> <key>=<value>\n` of an extended header. */
export function readPaxRecords(data: Buffer, fail: Fail): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  for (let start = 0; start < data.length;) {
    const space = data.indexOf(0x20, start)
    const digits = space === -1 ? '' : data.toString('latin1', start, space)
    const end = start + Number(digits)
    const isWhole = /^[1-9]\d{0,8}$/.test(digits) && end > space && data[end - 1] === 0x0a
    const record = isWhole ? data.toString('utf8', space + 1, end - 1) : ''
    const equals = record.indexOf('=')
    if (equals < 1) fail('an extended header is damaged')
    const key = record.slice(0, equals)
    // The last one counts, says POSIX; not all readers do.
    if (records.has(key)) fail(`an extended header has two values of ${key}`)
    records.set(key, record.slice(equals + 1))
    start = end
  }
  return records
}

function readText(block: Buffer, start: number, size: number): string {
  const end = block.subarray(start, start + size).indexOf(0)
  return block.toString('utf8', start, start + (end === -1 ? size : end))
}

/** Octal digits, or GNU's binary numbers, which have the first bit set. */
function readNumber(field: Buffer, fail: Fail): number {
  const [first = 0] = field
  if (first === 0x80) {
    let value = 0
    for (const byte of field.subarray(1)) value = value * 256 + byte
    return Number.isSafeInteger(value) ? value : fail('a header has a number that is too large')
  }
  const digits = field.toString('latin1').replaceAll(/^[ \0]+|[ \0]+$/g, '')
  return /^[0-7]*$/.test(digits) ? Number.parseInt(`0${digits}`, 8) : fail('a header has no number')
}
