import { type Bytes, bytesOf, invalidBinary } from '../bytes.ts'

/** Bytes to be written over those of a file, which keeps its size. */
export interface Patch {
  readonly at: number
  readonly bytes: Buffer
}

/** A copy of the file with the patches in it. */
export function applyPatches(file: Buffer, patches: readonly Patch[]): Buffer {
  const copy = Buffer.from(file)
  writePatches(copy, patches)
  return copy
}

/** Writes the patches into a file that is nobody else’s: a copy of a hundred megabytes costs as much memory. */
export function writePatches(file: Buffer, patches: readonly Patch[]): void {
  for (const { at, bytes } of patches) {
    if (at + bytes.length > file.length) throw invalidBinary('it ends before what is written')
    bytes.copy(file, at)
  }
}

/** The file as it reads once the patches are in it. */
export function withPatches(file: Bytes, patches: readonly Patch[]): Bytes {
  return {
    size: file.size,
    read: (offset, length) => {
      const piece = Buffer.from(file.read(offset, length).bytes)
      for (const { at, bytes } of patches) {
        const [from, to] = [Math.max(at, offset), Math.min(at + bytes.length, offset + length)]
        if (from < to) bytes.copy(piece, from - offset, from - at, to - at)
      }
      return bytesOf(piece).read(0, length)
    },
  }
}
