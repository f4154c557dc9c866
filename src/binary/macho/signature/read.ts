import { type Bytes, invalidBinary, withEndian } from '../../bytes.ts'
import type { MachoSlice } from '../macho.ts'
import { codeSignature } from '../room.ts'
import { type Blob, blobHeader, magics, readSuperBlob, slots } from './blobs.ts'
import { type CodeDirectory, readCodeDirectory } from './code-directory.ts'

/** The embedded signature of a slice. */
export interface Signature {
  /** Where it begins in the slice, and the bytes that are reserved for it. */
  readonly offset: number
  readonly reserved: number
  /** `length` of the super blob. */
  readonly size: number
  readonly blobs: readonly Blob[]
  /** One for each kind of hash, the one that the system prefers first. */
  readonly directories: readonly [CodeDirectory, ...CodeDirectory[]]
  /** The CMS message, when someone's identity signed. */
  readonly isAdHoc: boolean
}

/** The order in which the system takes hashes, as kSecCodeSignatureHash… rank: SHA-384, SHA-256, the same cut off, SHA-1. */
const preferred = [4, 2, 3, 1]

/** @param file the whole file. @returns undefined when the slice has none. @throws PYEMBED_BINARY_INVALID */
export function readSignature(file: Bytes, slice: MachoSlice): Signature | undefined {
  const command = slice.commands.find((each) => each.command === codeSignature)
  if (command?.kind !== 'linkedit') return undefined
  const { dataOffset: offset, dataSize: reserved } = command
  if (offset + reserved > slice.size) throw invalidBinary('its signature is cut off')
  const area = withEndian(file, 'big').read(slice.offset + offset, reserved)
  const { size, blobs } = readSuperBlob(area)
  const [first, ...others] = blobs
    .filter(isDirectory)
    .map(readCodeDirectory)
    .toSorted((a, b) => preferred.indexOf(a.hashType) - preferred.indexOf(b.hashType))
  if (first === undefined) throw invalidBinary('its signature has no code directory')
  for (const { codeLimit } of [first, ...others]) {
    if (codeLimit > offset) throw invalidBinary('its signature signs itself')
  }
  const cms = blobs.find(({ slot }) => slot === slots.cms)
  return {
    offset,
    reserved,
    size,
    blobs,
    directories: [first, ...others],
    isAdHoc: cms === undefined || cms.bytes.length === blobHeader,
  }
}

/** Up to five alternates, by xnu's `CSSLOT_ALTERNATE_CODEDIRECTORY_MAX`. */
function isDirectory({ slot, magic }: Blob): boolean {
  const alternate = slot - slots.alternateCodeDirectories
  const isSlot = slot === slots.codeDirectory || (alternate >= 0 && alternate < 5)
  return isSlot && magic === magics.codeDirectory
}
