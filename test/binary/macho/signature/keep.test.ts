import { expect, it } from 'vitest'

import { bytesOf } from '../../../../src/binary/bytes.ts'
import { editMacho, planEdit } from '../../../../src/binary/macho/edit.ts'
import type { MachoEdit } from '../../../../src/binary/macho/edit-commands.ts'
import { applyPatches } from '../../../../src/binary/macho/patch.ts'
import { planKeep } from '../../../../src/binary/macho/signature/keep.ts'
import { sealMacho } from '../../../../src/binary/macho/signature/seal.ts'
import { errorOf } from '../../../helpers/errors.ts'
import { makeDylib, makeFat } from '../../../helpers/make-dylib.ts'

const identifier = 'org.example.demo'
const edit: MachoEdit = { id: '@rpath/Python.framework/Versions/A/Python', rpaths: { add: ['/a'] } }

function editAndKeep(bytes: Buffer, wanted: MachoEdit): Buffer {
  const edits = planEdit(bytesOf(bytes), wanted)
  return applyPatches(bytes, [...edits, ...planKeep(bytesOf(bytes), edits)])
}

const paths = Array.from({ length: 30 }, (_, index) => `/${index}`.padEnd(300, 'x'))

it.each([
  ['arm64', makeDylib(), edit],
  ['x86_64', makeDylib({ arch: 'x86_64' }), edit],
  ['both', makeFat([makeDylib({ arch: 'x86_64' }), makeDylib()]), edit],
  ['several pages', makeDylib({ arch: 'x86_64', room: 12_000 }), { rpaths: { add: paths } }],
])('planKeep makes the signature that sealing anew makes, of %s', (_, file, wanted) => {
  const sealed = sealMacho(file, { identifier })

  const kept = editAndKeep(sealed, wanted)

  expect(kept.equals(sealed)).toBe(false)
  expect(kept.equals(sealMacho(editMacho(sealed, wanted), { identifier }))).toBe(true)
})

it('planKeep leaves what is not signed without a signature', () => {
  const made = makeDylib({ arch: 'x86_64', room: 200 })

  expect(editAndKeep(made, edit).equals(editMacho(made, edit))).toBe(true)
})

it('planKeep refuses to break the signature of an identity', async () => {
  const sealed = sealMacho(makeDylib(), { identifier })
  // The CMS message is the last blob; a directory without the flag would do.
  const directory = sealed.indexOf(Buffer.from('fade0c02', 'hex'))
  sealed.writeUInt32BE(0, directory + 12)

  const error = await errorOf(() => editAndKeep(sealed, edit))

  expect(error.code).toBe('PYEMBED_MACHO_UNSUPPORTED')
})
