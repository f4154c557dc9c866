import { gunzipSync, gzipSync } from 'node:zlib'

import { mutateBytes, oddTexts } from './mutate.ts'
import type { Random } from './random.ts'

const fields = [
  [0, 100],
  [100, 8],
  [124, 12],
  [148, 8],
  [156, 1],
  [157, 100],
  [257, 8],
  [345, 155],
] as const

const types = ['0', '1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'K', 'S', 'V', 'D', ' ', '\0']

/** A changed archive: mostly the tar in it, with headers whose checksums are right, so that readers get far. */
export function mutateTarGz(input: Buffer, random: Random, other: Buffer): Buffer {
  if (random.chance(0.15)) return mutateBytes(input, random, other)
  let tar = gunzipSync(input)
  if (random.chance(0.5)) tar = Buffer.from(mutateBytes(tar, random, gunzipSync(other)))
  for (let count = random.below(3); count > 0; count--) editHeader(tar, random)
  if (random.chance(0.9)) fixChecksums(tar)
  return gzipSync(tar, { level: 1 })
}

function editHeader(tar: Buffer, random: Random): void {
  const headers = headerOffsets(tar)
  if (headers.length === 0) return
  const start = random.pick(headers)
  const [offset, size] = random.pick(fields)
  if (size === 1) {
    tar.write(random.pick(types), start + offset)
    return
  }
  if (random.chance(0.3)) tar[start + offset + random.below(size)] = random.below(256)
  else
    tar
      .fill(0, start + offset, start + offset + size)
      .write(random.pick(oddTexts), start + offset, size)
}

function headerOffsets(tar: Buffer): readonly number[] {
  const offsets: number[] = []
  for (let start = 0; start + 512 <= tar.length; start += 512) {
    if (tar.toString('latin1', start + 257, start + 262) === 'ustar') offsets.push(start)
  }
  return offsets
}

function fixChecksums(tar: Buffer): void {
  for (const start of headerOffsets(tar)) {
    const header = tar.subarray(start, start + 512).fill(' ', 148, 156)
    const sum = header.reduce((total, byte) => total + byte)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  }
}
