import { PyEmbedError } from '../../../errors.ts'
import { readPlist } from '../../../text/plist-reader.ts'
import { isDictionary, type PlistDictionary, type PlistValue } from '../../../text/plist.ts'
import { magics, renderBlob, slots } from './blobs.ts'

/** ASN.1 tags (X.690); `dictionary` is a private one of Apple's, [APPLICATION/CONTEXT 16] constructed. */
const tags = {
  boolean: 0x01,
  integer: 0x02,
  string: 0x0c,
  sequence: 0x30,
  dictionary: 0xb0,
  entitlements: 0x70,
} as const

/** `CS_EXECSEG_MAIN_BINARY`, and what entitlements add to it in Security's `cookEntitlements`. */
const mainBinary = 0x1
const flagsOf: Readonly<Record<string, number>> = {
  'get-task-allow': 0x10,
  'run-unsigned-code': 0x10,
  'com.apple.private.cs.debugger': 0x20,
  'dynamic-codesigning': 0x40,
  'com.apple.private.skip-library-validation': 0x80,
  'com.apple.private.amfi.can-load-cdhash': 0x100,
  'com.apple.private.amfi.can-execute-cdhash': 0x200,
}

/** @throws PYEMBED_PLIST_INVALID */
export function readEntitlements(xml: Buffer): PlistDictionary {
  return readPlist(xml.toString('utf8'))
}

/** The blobs of entitlements, by slot: the file as it is, and for newer systems the same in DER. */
export function renderEntitlements(xml: Buffer): readonly (readonly [number, Buffer])[] {
  const version = element(tags.integer, Buffer.from([1]))
  const der = element(tags.entitlements, version, dictionary(readEntitlements(xml)))
  return [
    [slots.entitlements, renderBlob(magics.entitlements, xml)],
    [slots.derEntitlements, renderBlob(magics.derEntitlements, der)],
  ]
}

/** `execSegFlags` of an executable with these entitlements. */
export function executableFlags(entitlements: PlistDictionary | undefined): number {
  return Object.entries(flagsOf).reduce(
    (flags, [name, flag]) => (entitlements?.get(name) === true ? flags | flag : flags),
    mainBinary,
  )
}

function dictionary(values: PlistDictionary): Buffer {
  const entries = [...values]
    .map(([key, value]) => ({ key: Buffer.from(key), value }))
    .toSorted((a, b) => Buffer.compare(a.key, b.key))
    .map(({ key, value }) => element(tags.sequence, element(tags.string, key), encode(value)))
  return element(tags.dictionary, ...entries)
}

function encode(value: PlistValue): Buffer {
  if (typeof value === 'boolean') return element(tags.boolean, Buffer.from([value ? 0xff : 0]))
  if (typeof value === 'string') return element(tags.string, Buffer.from(value))
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return element(tags.integer, integerBytes(value))
  }
  if (isDictionary(value)) return dictionary(value)
  if (isArray(value)) return element(tags.sequence, ...value.map(encode))
  throw new PyEmbedError(
    'PYEMBED_PLIST_INVALID',
    'an entitlement is a real number, a date, data or a large integer, which signatures do not hold',
  )
}

function isArray(value: PlistValue): value is readonly PlistValue[] {
  return Array.isArray(value)
}

/** Tag, length and content (X.690, 8.1): lengths over 127 follow the count of their bytes. */
function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content])
  const digits = content.length.toString(16)
  const size = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, content])
}

/** The fewest bytes of two's complement that hold it (X.690, 8.3). */
function integerBytes(value: number): Buffer {
  const all = Buffer.alloc(8)
  all.writeBigInt64BE(BigInt(value))
  let first = 0
  const sign = value < 0 ? 0xff : 0
  while (first < 7 && all[first] === sign && ((all[first + 1] ?? 0) & 0x80) === (sign & 0x80)) {
    first++
  }
  return all.subarray(first)
}
