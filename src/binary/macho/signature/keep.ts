import type { Bytes } from '../../bytes.ts'
import { readEditable, unsupportedMacho } from '../editable.ts'
import type { MachoSlice } from '../macho.ts'
import { type Patch, withPatches } from '../patch.ts'
import { adHoc, type CodeDirectory, hashFor } from './code-directory.ts'
import { pageAt } from './pages.ts'
import { readSignature } from './read.ts'

/**
 * What else to write so that the signatures, which nobody's identity made, stay right for a file with these patches:
 * the hashes of the pages that they touch. Slices without a signature stay without.
 * @throws PYEMBED_BINARY_INVALID, PYEMBED_MACHO_UNSUPPORTED
 */
export function planKeep(file: Bytes, patches: readonly Patch[]): readonly Patch[] {
  const patched = withPatches(file, patches)
  return readEditable(file).slices.flatMap((slice) => {
    const inside = patches.filter(({ at }) => at >= slice.offset && at < slice.offset + slice.size)
    const signature = inside.length > 0 ? readSignature(file, slice) : undefined
    if (signature === undefined) return []
    const { isAdHoc, directories, offset } = signature
    if (!isAdHoc || directories.some(({ flags }) => (flags & adHoc) === 0)) {
      throw unsupportedMacho(
        'it has the signature of an identity, which an edit breaks',
        'Edit the file before it is signed, or sign it again',
      )
    }
    return directories.flatMap((directory) =>
      [...touchedPages(slice, directory, inside)].map((index) => {
        const { at, size } = pageAt(directory, index)
        const slot = directory.blob.at + directory.hashOffset + index * directory.hashSize
        return {
          at: slice.offset + offset + slot,
          bytes: hashFor(directory, patched.read(slice.offset + at, size).bytes),
        }
      }),
    )
  })
}

function touchedPages(
  slice: MachoSlice,
  { pageSize, codeSlotCount, codeLimit }: CodeDirectory,
  patches: readonly Patch[],
): ReadonlySet<number> {
  const step = pageSize === 0 ? codeLimit : pageSize
  const touched = new Set<number>()
  for (const { at, bytes } of patches) {
    const from = Math.floor((at - slice.offset) / step)
    const to = Math.min(codeSlotCount, Math.ceil((at - slice.offset + bytes.length) / step))
    for (let index = from; index < to; index++) touched.add(index)
  }
  return touched
}
