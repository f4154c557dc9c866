import { unsupportedMacho } from '../editable.ts'

/** As codesign writes them: slices begin where a page of any Mac begins. */
const alignment = 14

const [fatMagic, fatMagic64] = [0xcafebabe, 0xcafebabf]
const headSize = 8
/** `fat_arch` and `fat_arch_64`; the processor comes first in both. */
const [entrySize, entrySize64, processorSize] = [20, 32, 8]

/** The file with other slices, for the processors that it says (mach-o/fat.h). */
export function renderFat(old: Buffer, slices: readonly Buffer[]): Buffer {
  const places: number[] = []
  let end = headSize + slices.length * entrySize
  for (const { length } of slices) {
    const at = Math.ceil(end / 2 ** alignment) * 2 ** alignment
    places.push(at)
    end = at + length
  }
  if (end > 0xffff_ffff) throw unsupportedMacho('it would have more than 4 GiB')
  const file = Buffer.alloc(end)
  file.writeUInt32BE(fatMagic, 0)
  file.writeUInt32BE(slices.length, 4)
  const oldSize = old.readUInt32BE(0) === fatMagic64 ? entrySize64 : entrySize
  for (const [index, slice] of slices.entries()) {
    const [at, from] = [headSize + index * entrySize, headSize + index * oldSize]
    old.copy(file, at, from, from + processorSize)
    const place = places[index] ?? 0
    for (const [word, value] of [place, slice.length, alignment].entries()) {
      file.writeUInt32BE(value, at + processorSize + word * 4)
    }
    slice.copy(file, place)
  }
  return file
}
