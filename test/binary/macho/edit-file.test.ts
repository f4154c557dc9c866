import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { editMachoFile } from '../../../src/binary/macho/edit-file.ts'
import { editMacho } from '../../../src/binary/macho/edit.ts'
import { sealMacho } from '../../../src/binary/macho/signature/seal.ts'
import { makeDylib, makeFat } from '../../helpers/make-dylib.ts'
import { temporaryDirectory } from '../../helpers/temporary.ts'

const edit = { id: '@rpath/Python.framework/Versions/A/Python' }

it('editMachoFile edits a file and keeps its signature, once', async () => {
  const path = join(temporaryDirectory('edit-file'), 'libdemo.dylib')
  const made = makeFat([makeDylib({ arch: 'x86_64' }), makeDylib()])
  writeFileSync(path, sealMacho(made, { identifier: 'a' }))

  expect(await editMachoFile(path, edit)).toBe(true)

  const expected = sealMacho(editMacho(made, edit), { identifier: 'a' })
  expect(readFileSync(path).equals(expected)).toBe(true)
  const { ino } = statSync(path)
  expect(await editMachoFile(path, edit)).toBe(false)
  expect(statSync(path).ino).toBe(ino)
})
