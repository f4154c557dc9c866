import { unsupportedMacho } from '../editable.ts'

/** As codesign writes them: slices begin where a page of any Mac begins. */
const alignment = 14

const [fatMagic, fatMagic64] = [0xcafebabe, 0xcafebabf]
const headSize = 8
/** `fat_arch` and `fat_arch_64`; the processor comes first in both. */
const [entrySize, entrySize64, processorSize] = [20, 32, 8]

/**
 * The file with other slices, for the processors that it says (mach-o/fat.h). Slices come in pieces, and so does the
 * result, none of them copied.
 */
export function joinFat(old: Buffer, slices: readonly (readonly Buffer[])[]): readonly Buffer[] {
  const head = Buffer.alloc(headSize + slices.length * entrySize)
  head.writeUInt32BE(fatMagic, 0)
  head.writeUInt32BE(slices.length, 4)
  const oldSize = old.readUInt32BE(0) === fatMagic64 ? entrySize64 : entrySize
  const pieces: Buffer[] = [head]
  let end = head.length
  for (const [index, slice] of slices.entries()) {
    const place = Math.ceil(end / 2 ** alignment) * 2 ** alignment
    const size = slice.reduce((total, { length }) => total + length, 0)
    pieces.push(Buffer.alloc(place - end), ...slice)
    end = place + size
    if (end > 0xffff_ffff) throw unsupportedMacho('it would have more than 4 GiB')
    const [at, from] = [headSize + index * entrySize, headSize + index * oldSize]
    old.copy(head, at, from, from + processorSize)
    for (const [word, value] of [place, size, alignment].entries()) {
      head.writeUInt32BE(value, at + processorSize + word * 4)
    }
  }
  return pieces
}
