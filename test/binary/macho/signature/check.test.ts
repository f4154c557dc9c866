import { describe, expect, it } from 'vitest'

import { bytesOf } from '../../../../src/binary/bytes.ts'
import { readMacho } from '../../../../src/binary/macho/macho.ts'
import { checkSignature } from '../../../../src/binary/macho/signature/check.ts'
import { sealMacho } from '../../../../src/binary/macho/signature/seal.ts'
import { makeDylib, makeFat } from '../../../helpers/make-dylib.ts'

const identifier = 'org.example.demo'
const bundle = {
  identifier,
  infoPlist: Buffer.from('<plist/>'),
  codeResources: Buffer.from('<plist>2</plist>'),
}
const entitlements = Buffer.from(
  '<plist version="1.0"><dict><key>get-task-allow</key><true/></dict></plist>',
)
const program = makeDylib({ fileType: 2, codeSize: 100 })

function flip(file: Buffer, at: number, bit: number): Buffer {
  const flipped = Buffer.from(file)
  flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at)
  return flipped
}

describe('checkSignature', () => {
  it.each([
    ['a library', sealMacho(makeDylib(), bundle)],
    ['two architectures', sealMacho(makeFat([makeDylib({ arch: 'x86_64' }), makeDylib()]), bundle)],
    ['a program', sealMacho(program, { ...bundle, entitlements, isRuntime: true })],
    ['room for a CMS message', sealMacho(makeDylib(), { ...bundle, padding: 'codesign' })],
  ])('finds nothing wrong with %s', (_, sealed) => {
    expect(checkSignature(sealed, bundle)).toEqual([])
  })

  it.each([
    ['of a library', sealMacho(makeDylib({ codeSize: 100 }), bundle)],
    ['with entitlements', sealMacho(program, { ...bundle, entitlements })],
    ['of a hardened runtime', sealMacho(program, { ...bundle, entitlements, isRuntime: true })],
  ])('finds each bit that is flipped in a signature %s', (_, sealed) => {
    const end = sealed.length
    const [slice] = readMacho(bytesOf(sealed)).slices
    const command = slice?.commands.at(-1)
    const start = command?.kind === 'linkedit' ? command.dataOffset : end
    expect(end - start).toBeGreaterThan(300)

    const missed: string[] = []
    for (let at = start; at < end; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const problems = checkSignature(flip(sealed, at, bit), bundle)
        const isNear = problems.some(
          ({ kind, offset }) => kind === 'page' || (offset >= start && offset <= end),
        )
        if (!isNear) missed.push(`${at - start}.${bit}`)
      }
    }
    expect(missed).toEqual([])
  })

  it('tells what is not what was signed, and where', () => {
    const sealed = sealMacho(makeDylib(), bundle)
    const changed = { ...bundle, infoPlist: Buffer.from('<plist>3</plist>') }

    expect(checkSignature(sealed, changed)).toMatchObject([
      { arch: 'arm64', kind: 'resource', detail: '`Info.plist` is not what was signed' },
    ])
    expect(checkSignature(sealed, { ...bundle, codeResources: undefined })).toMatchObject([
      { kind: 'resource', detail: '`_CodeSignature/CodeResources` was signed and is missing' },
    ])
    expect(checkSignature(sealed, { ...bundle, identifier: 'x' })).toMatchObject([
      { kind: 'identifier', detail: `it is \`${identifier}\`, not \`x\`` },
    ])
    expect(checkSignature(flip(sealed, 0x4321, 3), bundle)).toMatchObject([
      { kind: 'page', offset: 0x4000, detail: '16384 bytes are not what was signed' },
    ])
    expect(checkSignature(makeDylib(), {})).toMatchObject([{ kind: 'unsigned', offset: 0 }])
  })
})
