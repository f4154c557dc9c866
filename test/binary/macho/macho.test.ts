import { expect, it } from 'vitest'

import { bytesOf } from '../../../src/binary/bytes.ts'
import { isMacho, readMacho } from '../../../src/binary/macho/macho.ts'
import { machoDefines } from '../../../src/binary/macho/symbols.ts'
import { makeFatMacho, makeMacho } from '../../helpers/binaries.ts'
import { errorOf } from '../../helpers/errors.ts'

it('reads the load commands of each architecture', () => {
  const { isFat, slices } = readMacho(bytesOf(makeFatMacho()))

  expect(isFat).toBe(true)
  expect(slices.map(({ cpu }) => cpu)).toEqual([0x01000007, 0x0100000c])
  expect(slices[1]?.commands).toMatchObject([
    {
      kind: 'segment',
      name: '__TEXT',
      sections: [{ name: '__text', size: 4, fileOffset: 0x1000 }],
    },
    { kind: 'dylib', role: 'id', name: '@rpath/libdemo.dylib', nameOffset: 24 },
    { kind: 'dylib', role: 'load', name: '@rpath/libpython3.14.dylib' },
    { kind: 'dylib', role: 'weak', name: '/usr/lib/libSystem.B.dylib' },
    { kind: 'rpath', path: '@loader_path/../lib', pathOffset: 12 },
    { kind: 'version', platform: 1, minimum: 0x0b0000, sdk: 0x0e0000 },
    { kind: 'uuid', uuid: '07'.repeat(16) },
    { kind: 'linkedit', command: 0x1d },
    { kind: 'symtab', symbolCount: 1 },
  ])
  expect(machoDefines(bytesOf(makeFatMacho()), 'PyType_Ready')).toBe(true)
  expect(machoDefines(bytesOf(makeMacho()), 'Type_Ready')).toBe(false)
})

it('takes no Java class for a fat file', () => {
  expect(isMacho(Buffer.from('cafebabe00000041', 'hex'))).toBe(false)
})

it.each([0, 7, 20, 4096])('refuses a load command of %i bytes', async (size) => {
  const data = makeMacho()
  data.writeUInt32LE(size, 36)

  const { code } = await errorOf(() => readMacho(bytesOf(data)))

  expect(code).toBe('PYEMBED_BINARY_INVALID')
})
