import { type Fields, invalidBinary } from '../../bytes.ts'

/** `CSMAGIC_…` of xnu's cs_blobs.h. All numbers of a signature are big-endian. */
export const magics = {
  superBlob: 0xfade0cc0,
  codeDirectory: 0xfade0c02,
  requirements: 0xfade0c01,
  entitlements: 0xfade7171,
  derEntitlements: 0xfade7172,
  /** A wrapper of a CMS message, empty where nobody signed. */
  cms: 0xfade0b01,
} as const

/** `CSSLOT_…`: what a blob of a signature is; where the directory has a hash of it, also that one's number. */
export const slots = {
  codeDirectory: 0,
  infoPlist: 1,
  requirements: 2,
  codeResources: 3,
  entitlements: 5,
  derEntitlements: 7,
  /** Directories of other hashes, up to 0x1004. */
  alternateCodeDirectories: 0x1000,
  cms: 0x10000,
} as const

export interface Blob {
  readonly slot: number
  readonly magic: number
  /** From the beginning of the super blob. */
  readonly at: number
  /** All of it, with magic and length. */
  readonly bytes: Buffer
}

export interface SuperBlob {
  readonly size: number
  readonly blobs: readonly Blob[]
}

/** The magic and the length before what a blob holds. */
export const blobHeader = 8
/** The same and the count, before the index; an entry of that. */
const [superHeader, indexEntry] = [12, 8]

/** @param fields the bytes of `LC_CODE_SIGNATURE`, big-endian. @throws PYEMBED_BINARY_INVALID */
export function readSuperBlob(fields: Fields): SuperBlob {
  if (fields.u32(0) !== magics.superBlob) throw invalidBinary('its signature has no super blob')
  const size = fields.u32(4)
  const count = fields.u32(8)
  const first = superHeader + count * indexEntry
  if (size > fields.bytes.length || first > size) throw invalidBinary('its signature is cut off')
  const seen = new Set<number>()
  const blobs = Array.from({ length: count }, (_, index) => {
    const [slot, at] = [superHeader, superHeader + 4].map((from) =>
      fields.u32(from + index * indexEntry),
    ) as [number, number]
    if (seen.has(slot)) throw invalidBinary(`its signature has two blobs of type ${slot}`)
    seen.add(slot)
    const length = fields.u32(at + 4)
    if (at < first || length < blobHeader || at + length > size) {
      throw invalidBinary('a blob of its signature is cut off')
    }
    return { slot, magic: fields.u32(at), at, bytes: fields.bytes.subarray(at, at + length) }
  })
  return { size, blobs }
}

export function renderBlob(magic: number, content: Buffer): Buffer {
  const head = Buffer.alloc(blobHeader)
  head.writeUInt32BE(magic, 0)
  head.writeUInt32BE(blobHeader + content.length, 4)
  return Buffer.concat([head, content])
}

/** The blobs one after the other, in the order of their slots, behind an index. */
export function renderSuperBlob(blobs: ReadonlyMap<number, Buffer>): Buffer {
  const sorted = [...blobs].toSorted(([a], [b]) => a - b)
  const head = Buffer.alloc(superHeader + sorted.length * indexEntry)
  let size = head.length
  for (const [index, [slot, { length }]] of sorted.entries()) {
    head.writeUInt32BE(slot, superHeader + index * indexEntry)
    head.writeUInt32BE(size, superHeader + 4 + index * indexEntry)
    size += length
  }
  head.writeUInt32BE(magics.superBlob, 0)
  head.writeUInt32BE(size, 4)
  head.writeUInt32BE(sorted.length, 8)
  return Buffer.concat([head, ...sorted.map(([, bytes]) => bytes)])
}

/** What {@link renderSuperBlob} makes of blobs of these sizes has that many bytes. */
export function superBlobSize(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, superHeader + sizes.length * indexEntry)
}
