import { describe, expect, it } from 'vitest'

import { bytesOf } from '../../../src/binary/bytes.ts'
import { readElf } from '../../../src/binary/elf/elf.ts'
import { elfDefines } from '../../../src/binary/elf/symbols.ts'
import { makeElf } from '../../helpers/binaries.ts'
import { errorOf } from '../../helpers/errors.ts'

describe('readElf', () => {
  it('reads what a library wants and is called', () => {
    const elf = readElf(bytesOf(makeElf({ runpath: '/a:/b', interpreter: '/lib/ld.so' })))

    expect(elf).toEqual({
      type: 'shared',
      machine: 62,
      is64: true,
      endian: 'little',
      interpreter: '/lib/ld.so',
      soname: 'libdemo.so.1',
      needed: ['libpython3.14.so.1.0', 'libc.so.6'],
      rpath: ['$ORIGIN/../lib', '/opt/lib'],
      runpath: ['/a', '/b'],
    })
  })

  it('refuses names without an end, which would be read for ever', async () => {
    const long = makeElf({ soname: 'x'.repeat(5000) })

    expect(await errorOf(() => readElf(bytesOf(long)))).toMatchObject({
      code: 'PYEMBED_BINARY_INVALID',
    })
  })
})

describe('elfDefines', () => {
  it('knows a symbol from one that only ends so', () => {
    const bytes = bytesOf(makeElf({ symbols: ['My_PyType_Ready', 'PyType'] }))

    expect(elfDefines(bytes, 'My_PyType_Ready')).toBe(true)
    expect(elfDefines(bytes, 'PyType_Ready')).toBe(false)
    expect(elfDefines(bytes, 'PyType')).toBe(true)
  })
})
