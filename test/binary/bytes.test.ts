import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { array, assert, constantFrom, integer, nat, oneof, property, tuple } from 'fast-check'
import { expect, it } from 'vitest'

import { type Bytes, bytesOf, sliceBytes, withBytes } from '../../src/binary/bytes.ts'
import { readElf } from '../../src/binary/elf/elf.ts'
import { elfDefines } from '../../src/binary/elf/symbols.ts'
import { readMacho } from '../../src/binary/macho/macho.ts'
import { machoDefines } from '../../src/binary/macho/symbols.ts'
import { peExports, readPe } from '../../src/binary/pe/pe.ts'
import { hasErrorCode } from '../../src/errors.ts'
import { makeElf, makeFatMacho, makeMacho, makePe } from '../helpers/binaries.ts'
import { errorOf } from '../helpers/errors.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

function readPieces(bytes: Bytes): unknown[] {
  const fields = sliceBytes(bytes, 4, 8).read(0, 8)
  return [bytes.size, fields.u8(1), fields.u16(0), fields.u32(4), fields.bytes.toString()]
}

it('gives the same of a file as of its bytes, and nothing outside of it', async () => {
  const path = join(temporaryDirectory('bytes'), 'file')
  const data = Buffer.from('0123456789abcdef')
  writeFileSync(path, data)

  expect(withBytes(path, readPieces)).toEqual(readPieces(bytesOf(data)))
  const outside: readonly ((bytes: Bytes) => unknown)[] = [
    (bytes) => bytes.read(10, 7),
    (bytes) => bytes.read(-1, 1),
    (bytes) => sliceBytes(bytes, 4, 8).read(4, 5),
    (bytes) => bytes.read(0, 8).u64(1),
    (bytes) => bytes.read(0, 8).text(0),
  ]
  for (const use of outside) {
    expect((await errorOf(() => withBytes(path, use))).code).toBe('PYEMBED_BINARY_INVALID')
  }
})

const readers = [
  ['elf', makeElf(), (bytes: Bytes) => [readElf(bytes), elfDefines(bytes, 'PyType_Ready')]],
  ['pe', makePe(), (bytes: Bytes) => [readPe(bytes), peExports(bytes, 'PyType_Ready')]],
  ['macho', makeMacho(), (bytes: Bytes) => [readMacho(bytes), machoDefines(bytes, 'PyType_Ready')]],
  [
    'fat',
    makeFatMacho(),
    (bytes: Bytes) => [readMacho(bytes), machoDefines(bytes, 'PyType_Ready')],
  ],
] as const

it.each(readers)(
  'reads or refuses %s files with any number changed, and nothing else happens',
  (_, seed, read) => {
    const numbers = array(
      tuple(
        nat(seed.length - 4),
        oneof(
          integer({ min: 0, max: 0xffffffff }),
          nat(seed.length),
          constantFrom(0, 0x7fffffff, 0xffffffff),
        ),
      ),
      { minLength: 1, maxLength: 4 },
    )
    assert(
      property(numbers, nat(seed.length), (changes, cut) => {
        const data = Buffer.from(seed)
        for (const [at, number] of changes) data.writeUInt32LE(number, at)
        try {
          read(bytesOf(cut % 4 === 0 ? data.subarray(0, cut) : data))
        } catch (error) {
          if (!hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) throw error
        }
      }),
      { numRuns: 1000 },
    )
  },
)
