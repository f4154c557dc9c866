import { expect, it } from 'vitest'

import { bytesOf } from '../../../src/binary/bytes.ts'
import { peExports, readPe } from '../../../src/binary/pe/pe.ts'
import { makePe } from '../../helpers/binaries.ts'
import { errorOf } from '../../helpers/errors.ts'

it('reads what a DLL wants, offers and is called', () => {
  const bytes = bytesOf(makePe())

  expect(readPe(bytes)).toEqual({
    machine: 0x8664,
    isDll: true,
    name: 'demo.dll',
    imports: ['python314.dll', 'KERNEL32.dll'],
    delayImports: ['ole32.dll'],
  })
  expect(peExports(bytes, 'PyType_Ready')).toBe(true)
  expect(peExports(bytes, 'PyType')).toBe(false)
})

it('refuses a program of DOS, and lists of DLLs without an end', async () => {
  const dos = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(62)])
  const endless = makePe({ imports: Array.from({ length: 5000 }, () => 'a.dll') })

  for (const data of [dos, endless]) {
    const { code } = await errorOf(() => readPe(bytesOf(data)))
    expect(code).toBe('PYEMBED_BINARY_INVALID')
  }
})
