import { bytesOf } from '../../src/binary/bytes.ts'
import { checkLoad } from '../../src/binary/macho/check-load.ts'
import type { MachoEdit } from '../../src/binary/macho/edit-commands.ts'
import { editMacho, planEdit } from '../../src/binary/macho/edit.ts'
import { applyPatches } from '../../src/binary/macho/patch.ts'
import { checkSignature } from '../../src/binary/macho/signature/check.ts'
import { planKeep } from '../../src/binary/macho/signature/keep.ts'
import { cdHashes, checkPages } from '../../src/binary/macho/signature/pages.ts'
import { sealMacho } from '../../src/binary/macho/signature/seal.ts'
import { makeDylib, makeFat } from '../helpers/make-dylib.ts'
import type { Kind } from './kinds.ts'
import { mutateBytes } from './mutate.ts'
import type { Random } from './random.ts'

const identifier = 'org.example.demo'
const edit: MachoEdit = {
  id: ['@rpath/Python.framework/Versions/A/Python', '@rpath/Python'],
  dylibs: new Map([['/install/lib/libpython3.12.dylib', '@rpath/Python']]),
  rpaths: { delete: ['/build'], replace: new Map([['/a', '/b']]), add: ['@loader_path/..'] },
}

/** Libraries that are edited and signed, whose every number may be wrong. */
export function editedMachoKinds(): readonly Kind[] {
  const options = {
    codeSize: 1,
    loads: [
      ['load', '/usr/lib/libSystem.B.dylib'],
      ['weak', '/install/lib/libpython3.12.dylib'],
    ],
    rpaths: ['/build', '/a'],
  } as const
  const [arm, x86] = [makeDylib(options), makeDylib({ ...options, arch: 'x86_64' })]
  const inputs = [
    arm,
    sealMacho(arm, { identifier }),
    sealMacho(makeFat([x86, arm]), { identifier }),
  ]
  return Object.entries({ keep, seal, check }).map(([step, read]) => ({
    name: `macho-${step}`,
    seeds: inputs.map((data, index) => ({ name: `macho-${step}-${index}`, data })),
    mutate: mutateParts,
    read: ({ data }) => {
      const before = Buffer.from(data)
      read(data)
      if (!data.equals(before)) throw new Error('it changed its input')
    },
  }))
}

/** Changes what tells of the rest: headers and signatures, which a library has little of. */
function mutateParts(input: Buffer, random: Random, other: Buffer): Buffer {
  if (random.chance(0.1)) return mutateBytes(input, random, other)
  const size = 1024
  const starts = [0, 0x4000, 0xc000, input.length - size].filter((each) => each < input.length)
  const at = random.pick(starts)
  return Buffer.concat([
    input.subarray(0, at),
    mutateBytes(input.subarray(at, at + size), random, other.subarray(at, at + size)),
    input.subarray(at + size),
  ])
}

function keep(data: Buffer): void {
  const edits = planEdit(bytesOf(data), edit)
  const patches = [...edits, ...planKeep(bytesOf(data), edits)]
  const kept = applyPatches(data, patches)
  if (checkPages(kept).length > checkPages(data).length) throw new Error('hashes became wrong')
  if (cdHashes(bytesOf(kept)).length !== cdHashes(bytesOf(data)).length)
    throw new Error('signatures were lost')
}

function check(data: Buffer): void {
  checkLoad(data)
  checkSignature(data, { identifier })
}

function seal(data: Buffer): void {
  const sealed = sealMacho(editMacho(data, edit), { identifier })
  if (checkPages(sealed).length > 0) throw new Error('a new signature has wrong hashes')
  if (!editMacho(sealed, edit).equals(sealed)) throw new Error('an edit does not stay')
  if (!sealMacho(sealed, { identifier }).equals(sealed)) throw new Error('a seal does not stay')
}
