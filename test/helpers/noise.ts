import { createHash } from 'node:crypto'

/** A megabyte without a pattern, and another one. */
export const content = noise('right')
export const other = noise('other')
export const wanted = {
  build: '20260610',
  name: 'archive.tar.gz',
  sha256: createHash('sha256').update(content).digest('hex'),
}

export function noise(seed: string): Buffer {
  const blocks = Array.from({ length: 32_768 }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  )
  return Buffer.concat(blocks)
}

export const half = content.length / 2
