import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { archiveDefines, isArchive } from '../../../src/binary/ar/ar.ts'
import { bytesOf } from '../../../src/binary/bytes.ts'
import { makeArchive } from '../../helpers/binaries.ts'
import { temporaryDirectory } from '../../helpers/temporary.ts'
import { describeWithTools } from '../../helpers/tools.ts'

it('finds a symbol at any place of the list, and nothing in an archive without one', () => {
  const archive = bytesOf(makeArchive(['first', 'PyType_Ready', '_last']))

  expect(['first', 'PyType_Ready', 'last'].map((name) => archiveDefines(archive, name))).toEqual([
    true,
    true,
    true,
  ])
  expect(archiveDefines(archive, 'Type_Ready')).toBe(false)
  expect(archiveDefines(bytesOf(Buffer.from('!<arch>\n')), 'first')).toBe(false)
})

describeWithTools(['cc'], 'archiveDefines', () => {
  it.each(['rcs', 'rcsT'])('reads what ar %s makes', (flags) => {
    const directory = temporaryDirectory('ar')
    writeFileSync(join(directory, 'a.c'), 'int PyType_Ready(void) { return 0; }\n')
    execFileSync('cc', ['-c', 'a.c'], { cwd: directory })
    execFileSync('ar', [flags, 'liba.a', 'a.o'], { cwd: directory })
    const data = readFileSync(join(directory, 'liba.a'))

    expect(isArchive(data)).toBe(true)
    expect(archiveDefines(bytesOf(data), 'PyType_Ready')).toBe(true)
    expect(archiveDefines(bytesOf(data), 'PyType')).toBe(false)
  })
})
