import { unsupportedMacho } from '../editable.ts'

/** As codesign writes them: slices begin where a page of any Mac begins. */
const alignment = 14

const [fatMagic, headSize, entrySize] = [0xcafebabe, 8, 20]

export interface FatSlice {
  readonly cpu: number
  readonly cpuSubtype: number
  readonly bytes: Buffer
}

/** A file of several architectures (mach-o/fat.h). */
export function renderFat(slices: readonly FatSlice[]): Buffer {
  const places: number[] = []
  let end = headSize + slices.length * entrySize
  for (const { bytes } of slices) {
    const at = Math.ceil(end / 2 ** alignment) * 2 ** alignment
    places.push(at)
    end = at + bytes.length
  }
  if (end > 0xffff_ffff) throw unsupportedMacho('it would have more than 4 GiB')
  const file = Buffer.alloc(end)
  file.writeUInt32BE(fatMagic, 0)
  file.writeUInt32BE(slices.length, 4)
  for (const [index, { cpu, cpuSubtype, bytes }] of slices.entries()) {
    const at = places[index] ?? 0
    for (const [word, value] of [cpu, cpuSubtype, at, bytes.length, alignment].entries()) {
      file.writeUInt32BE(value, headSize + index * entrySize + word * 4)
    }
    bytes.copy(file, at)
  }
  return file
}
