import { expect, it } from 'vitest'

import { bytesOf } from '../../src/binary/bytes.ts'
import { type Loads, readLoads } from '../../src/check/loads.ts'
import { makeElf, makeMacho, makePe } from '../helpers/binaries.ts'

function library(options: object): Loads {
  return readLoads(
    bytesOf(makeElf({ needed: ['liba.so', './libb.so'], ...options })),
    'elf',
    '/app/bin/x',
  )
}

it('follows the RUNPATH of ELF, else the RPATH, and for programs the system’s directories', () => {
  expect(library({ rpath: '$ORIGIN/../lib:/opt:relative' }).loads).toEqual([
    { name: 'liba.so', candidates: ['/app/lib/liba.so', '/opt/liba.so'] },
    { name: './libb.so', candidates: ['/app/bin/libb.so'] },
  ])
  expect(library({ runpath: '${ORIGIN}' }).loads[0]?.candidates).toEqual(['/app/bin/liba.so'])
  const program = library({ rpath: '/opt', interpreter: '/lib64/ld-linux-x86-64.so.2' })
  expect(program.isProgram).toBe(true)
  expect(program.loads[0]?.candidates.at(0)).toBe('/opt/liba.so')
  expect(program.loads[0]?.candidates).toContain('/usr/lib/liba.so')
})

it.each([
  [3, 'i386-linux-gnu'],
  [21, 'powerpc64le-linux-gnu'],
  [22, 's390x-linux-gnu'],
  [40, 'arm-linux-gnueabihf'],
  [62, 'x86_64-linux-gnu'],
  [183, 'aarch64-linux-gnu'],
  [243, 'riscv64-linux-gnu'],
])('looks where systems keep the libraries of machine %i alone', (machine, tuple) => {
  const bytes = makeElf({ needed: ['liba.so'], interpreter: '/lib/ld.so', rpath: '' })
  bytes.writeUInt16LE(machine, 18)
  const { loads } = readLoads(bytesOf(bytes), 'elf', '/app/bin/x')

  expect(loads[0]?.candidates).toContain(`/usr/lib/${tuple}/liba.so`)
  expect(loads[0]?.candidates.filter((path) => path.includes('-linux-gnu'))).toHaveLength(2)
})

it('expands the variables of Mach-O', () => {
  expect(readLoads(bytesOf(makeMacho()), 'macho', '/app/lib/libdemo.dylib').loads).toEqual([
    { name: '@rpath/libpython3.14.dylib', candidates: ['/app/lib/libpython3.14.dylib'] },
    { name: '/usr/lib/libSystem.B.dylib', candidates: ['/usr/lib/libSystem.B.dylib'] },
  ])
})

it('looks beside a PE file', () => {
  const { loads } = readLoads(bytesOf(makePe({ imports: ['python314.dll'] })), 'pe', '/app/x.pyd')

  expect(loads).toEqual([
    { name: 'python314.dll', candidates: ['/app/python314.dll'] },
    { name: 'ole32.dll', candidates: ['/app/ole32.dll'] },
  ])
})
