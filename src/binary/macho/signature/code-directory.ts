import { hash } from 'node:crypto'

import { bytesOf, invalidBinary } from '../../bytes.ts'
import type { Blob } from './blobs.ts'

/** `CS_CodeDirectory` of xnu's cs_blobs.h: hashes of the pages of the code, and of what belongs to it. */
export interface CodeDirectory {
  /** The blob, whose hash identifies the code. */
  readonly blob: Blob
  readonly version: number
  /** `CS_ADHOC` 0x2, `CS_RUNTIME` 0x10000, `CS_LINKER_SIGNED` 0x20000, … */
  readonly flags: number
  readonly identifier: string
  readonly identifierOffset: number
  readonly teamId: string | undefined
  readonly teamOffset: number
  /** Where the hash of the first page is in the blob; those of the special slots come before it, -1 the last. */
  readonly hashOffset: number
  readonly specialSlotCount: number
  readonly codeSlotCount: number
  /** The signed bytes of the slice: all before the signature. */
  readonly codeLimit: number
  readonly hashType: number
  readonly hashSize: number
  /** Bytes, of a power of 2; all in one page when it is 0. */
  readonly pageSize: number
  /** From version 0x20400 on: `__TEXT`, and what its code may do. */
  readonly execSegment:
    | { readonly base: number; readonly limit: number; readonly flags: number }
    | undefined
  /** From version 0x20500 on: the SDK, when the runtime is a hardened one. */
  readonly runtime: number | undefined
}

export const adHoc = 0x2
export const hardenedRuntime = 0x10000
export const linkerSigned = 0x20000

/** `CS_HASHTYPE_…`: the algorithm, how much of its hash is kept, and which one the system prefers. */
const hashTypes: Readonly<Record<number, { readonly name: string; readonly size: number }>> = {
  1: { name: 'sha1', size: 20 },
  2: { name: 'sha256', size: 32 },
  3: { name: 'sha256', size: 20 },
  4: { name: 'sha384', size: 48 },
}

/** `CS_SUPPORTS…`: versions that added a field. */
const versions = { scatter: 0x20100, team: 0x20200, limit64: 0x20300, exec: 0x20400, run: 0x20500 }

/** @throws PYEMBED_BINARY_INVALID */
export function readCodeDirectory(blob: Blob): CodeDirectory {
  const fields = bytesOf(blob.bytes, 'big').read(0, blob.bytes.length)
  const version = fields.u32(8)
  const has = (since: number): boolean => version >= since
  const [hashType, hashSize] = [fields.u8(37), fields.u8(36)]
  if (hashTypes[hashType]?.size !== hashSize) throw invalidBinary('its signature has odd hashes')
  const shift = fields.u8(39)
  if (shift > 24) throw invalidBinary('its signature has pages of an odd size')
  if (has(versions.scatter) && fields.u32(44) !== 0) {
    throw invalidBinary('its signature leaves parts of the file out')
  }
  const limit64 = has(versions.limit64) ? fields.u64(56) : 0
  const codeLimit = limit64 > 0 ? limit64 : fields.u32(32)
  const [hashOffset, specialSlotCount, codeSlotCount] = [16, 24, 28].map(fields.u32) as [
    number,
    number,
    number,
  ]
  const pageSize = shift === 0 ? 0 : 2 ** shift
  if (codeSlotCount !== pageCount(codeLimit, pageSize)) {
    throw invalidBinary('its signature has hashes for another number of pages')
  }
  const isInside =
    specialSlotCount * hashSize <= hashOffset &&
    hashOffset + codeSlotCount * hashSize <= blob.bytes.length
  if (!isInside) throw invalidBinary('hashes of its signature are cut off')
  const teamOffset = has(versions.team) ? fields.u32(48) : 0
  return {
    blob,
    version,
    flags: fields.u32(12),
    identifier: fields.text(fields.u32(20)),
    identifierOffset: fields.u32(20),
    teamOffset,
    teamId: teamOffset === 0 ? undefined : fields.text(teamOffset),
    hashOffset,
    specialSlotCount,
    codeSlotCount,
    codeLimit,
    hashType,
    hashSize,
    pageSize,
    execSegment: has(versions.exec)
      ? { base: fields.u64(64), limit: fields.u64(72), flags: fields.u64(80) }
      : undefined,
    runtime: has(versions.run) ? fields.u32(88) : undefined,
  }
}

export function pageCount(codeLimit: number, pageSize: number): number {
  return pageSize === 0 ? 1 : Math.ceil(codeLimit / pageSize)
}

/** The hash that a directory has of such bytes. */
export function hashFor({ hashType, hashSize }: CodeDirectory, bytes: Buffer): Buffer {
  const { name } = hashTypes[hashType] ?? { name: 'sha256' }
  return hash(name, bytes, 'buffer').subarray(0, hashSize)
}

/** `CS_CDHASH_LEN`: the bytes of the hash of a directory that name the code. */
const cdHashSize = 20

export function cdHash(directory: CodeDirectory): Buffer {
  return hashFor(directory, directory.blob.bytes).subarray(0, cdHashSize)
}

/** The hash of a special slot; undefined when there is none: all zeros, or behind the last. */
export function specialHash(directory: CodeDirectory, slot: number): Buffer | undefined {
  const { blob, hashOffset, hashSize, specialSlotCount } = directory
  if (slot > specialSlotCount) return undefined
  const at = hashOffset - slot * hashSize
  const found = blob.bytes.subarray(at, at + hashSize)
  return found.some((byte) => byte !== 0) ? found : undefined
}
