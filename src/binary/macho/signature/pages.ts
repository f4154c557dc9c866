import { type Bytes, bytesOf } from '../../bytes.ts'
import { architectureOf } from '../architecture.ts'
import { type MachoSlice, readMacho } from '../macho.ts'
import { cdHash, type CodeDirectory, hashFor } from './code-directory.ts'
import { readSignature } from './read.ts'

/** A page of code that is not what the signature says. */
export interface WrongPage {
  readonly arch: string
  /** Where it begins in the file. */
  readonly offset: number
  readonly size: number
}

/**
 * The pages whose hashes are wrong, of all slices that are signed.
 * @throws PYEMBED_BINARY_INVALID
 */
export function checkPages(bytes: Buffer): readonly WrongPage[] {
  const file = bytesOf(bytes)
  return readMacho(file).slices.flatMap((slice) => {
    const wrong = (readSignature(file, slice)?.directories ?? []).flatMap((directory) =>
      wrongPages(file, slice, directory),
    )
    // Directories of several hashes find the same.
    const byOffset = new Map(wrong.map((page) => [page.offset, page]))
    return [...byOffset.values()].map((page) => ({ arch: architectureOf(slice), ...page }))
  })
}

/** What identifies the code of each signed slice: 20 bytes of the hash of its directory. @throws PYEMBED_BINARY_INVALID */
export function cdHashes(
  file: Bytes,
): readonly { readonly arch: string; readonly cdHash: Buffer }[] {
  return readMacho(file).slices.flatMap((slice) => {
    const signature = readSignature(file, slice)
    if (signature === undefined) return []
    return [{ arch: architectureOf(slice), cdHash: cdHash(signature.directories[0]) }]
  })
}

export function wrongPages(
  file: Bytes,
  slice: MachoSlice,
  directory: CodeDirectory,
): readonly Omit<WrongPage, 'arch'>[] {
  const { blob, hashOffset, hashSize, codeSlotCount } = directory
  return Array.from({ length: codeSlotCount }, (_, index) => pageAt(directory, index)).flatMap(
    ({ at, size }, index) => {
      const found = hashFor(directory, file.read(slice.offset + at, size).bytes)
      const slot = hashOffset + index * hashSize
      const isRight = found.equals(blob.bytes.subarray(slot, slot + hashSize))
      return isRight ? [] : [{ offset: slice.offset + at, size }]
    },
  )
}

/** Where a page is in the slice. The last one ends with the code. */
export function pageAt(
  { codeLimit, pageSize }: CodeDirectory,
  index: number,
): { readonly at: number; readonly size: number } {
  if (pageSize === 0) return { at: 0, size: codeLimit }
  const at = index * pageSize
  return { at, size: Math.min(pageSize, codeLimit - at) }
}
