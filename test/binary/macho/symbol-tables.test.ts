import { describe, expect, it } from 'vitest'

import { bytesOf } from '../../../src/binary/bytes.ts'
import { readExports } from '../../../src/binary/macho/exports.ts'
import { type Import, readImports } from '../../../src/binary/macho/imports.ts'
import { readMacho } from '../../../src/binary/macho/macho.ts'
import { hasErrorCode } from '../../../src/errors.ts'
import { mutateBytes } from '../../fuzz/mutate.ts'
import { createRandom } from '../../fuzz/random.ts'
import { makeDylib, type LinkeditParts } from '../../helpers/make-dylib.ts'

function read(bytes: Buffer): { exports: readonly string[]; imports: readonly Import[] } {
  const file = bytesOf(bytes)
  const [slice] = readMacho(file).slices
  if (slice === undefined) throw new Error('no slice')
  return { exports: [...readExports(file, slice)].toSorted(), imports: readImports(file, slice) }
}

/** A trie of `_ab`, `_ac` and `_`, by hand. */
const trie = Buffer.from(
  '\0\x01_\0\x05' +
    '\x02\0\x10\x01a\0\x0c' +
    '\0\x02b\0\x14c\0\x18' +
    '\x02\0\x20\0' +
    '\x02\0\x30\0',
  'latin1',
)

/** `dyld_chained_fixups_header` with imports of a format. */
function chained(format: 1 | 2 | 3, rows: readonly (readonly [number, boolean, string])[]): Buffer {
  const size = { 1: 4, 2: 8, 3: 16 }[format]
  const names = `\0${rows.map(([, , name]) => `${name}\0`).join('')}`
  const head = Buffer.alloc(32 + rows.length * size)
  for (const [index, word] of [0, 28, 32, head.length, rows.length, format, 0].entries()) {
    head.writeUInt32LE(word, index * 4)
  }
  for (const [index, [library, isWeak, name]] of rows.entries()) {
    const at = 32 + index * size
    const where = names.indexOf(`\0${name}\0`) + 1
    if (format === 3) {
      head.writeUInt16LE(library & 0xffff, at)
      head.writeUInt16LE(isWeak ? 1 : 0, at + 2)
      head.writeUInt32LE(where, at + 4)
    } else {
      head.writeUInt32LE(((library & 0xff) | (isWeak ? 0x100 : 0) | (where << 9)) >>> 0, at)
    }
  }
  return Buffer.concat([head, Buffer.from(names)])
}

describe('readExports', () => {
  it.each([
    ['of its own', { 0x80000033: trie }],
    ['of older files', { 0x80000022: trie }],
  ] as const)('reads a trie %s', (_, linkedit) => {
    expect(read(makeDylib({ linkedit })).exports).toEqual(['_', '_ab', '_ac'])
  })

  it('reads the symbol table where there is no trie', () => {
    const file = makeDylib({ defines: ['_a', '_b'], wants: [['_c', 1]] })

    expect(read(file).exports).toEqual(['_a', '_b'])
  })

  it('ends where a trie leads in circles', () => {
    const circle = Buffer.from(trie)
    circle[18] = 0
    expect(read(makeDylib({ linkedit: { 0x80000033: circle } })).exports.length).toBeLessThan(4)
  })
})

describe('readImports', () => {
  it.each([1, 2, 3] as const)('reads chained fixups with imports of format %i', (format) => {
    const long = `_${'n'.repeat(9000)}`
    const fixups = chained(format, [
      [1, false, '_a'],
      [2, true, '_b'],
      [-1, false, '_c'],
      [-2, false, long],
    ])

    expect(read(makeDylib({ linkedit: { 0x80000034: fixups } })).imports).toEqual([
      { name: '_a', library: 1, isWeak: false },
      { name: '_b', library: 2, isWeak: true },
      { name: '_c', library: -1, isWeak: false },
      { name: long, library: -2, isWeak: false },
    ])
  })

  it('reads the symbol table where there are none', () => {
    const wants = [
      ['_a', 1],
      ['_b', 254],
      ['_c', 255],
    ] as const

    expect(read(makeDylib({ wants })).imports.map(({ library }) => library)).toEqual([1, -2, -1])
  })
})

it('of damaged files either is an error or ends', () => {
  const seeds: readonly LinkeditParts[] = [
    { 0x80000033: trie, 0x80000034: chained(1, [[1, false, '_a']]) },
    { 0x80000022: trie, 0x80000034: chained(3, [[1, false, '_a']]) },
    {},
  ]
  let refused = 0
  for (let index = 0; index < 3000; index++) {
    const random = createRandom(7, index)
    const seed = makeDylib({ linkedit: random.pick(seeds), wants: [['_x', 1]], codeSize: 100 })
    const start = seed.length - 400
    const tail = mutateBytes(seed.subarray(start), random, seed.subarray(start))
    try {
      read(Buffer.concat([seed.subarray(0, start), tail]))
    } catch (error) {
      expect(hasErrorCode(error, 'PYEMBED_BINARY_INVALID'), String(error)).toBe(true)
      refused += 1
    }
  }
  expect(refused).toBeGreaterThan(100)
})
