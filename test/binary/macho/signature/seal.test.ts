import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { bytesOf } from '../../../../src/binary/bytes.ts'
import { editMacho } from '../../../../src/binary/macho/edit.ts'
import { readMacho } from '../../../../src/binary/macho/macho.ts'
import { specialHash } from '../../../../src/binary/macho/signature/code-directory.ts'
import { cdHashes, checkPages } from '../../../../src/binary/macho/signature/pages.ts'
import { readSignature, type Signature } from '../../../../src/binary/macho/signature/read.ts'
import { sealMacho, type SealOptions } from '../../../../src/binary/macho/signature/seal.ts'
import { errorOf } from '../../../helpers/errors.ts'
import { makeDylib, makeFat } from '../../../helpers/make-dylib.ts'
import { pageHashes } from '../../../helpers/page-hashes.ts'
import { temporaryDirectory } from '../../../helpers/temporary.ts'

const identifier = 'org.example.demo'
const [arm, x86] = [makeDylib(), makeDylib({ arch: 'x86_64' })]

/** What the oracle says of the slices of a file. */
function judge(file: Buffer): ReturnType<typeof pageHashes>[number] {
  const path = join(temporaryDirectory('seal'), 'file')
  writeFileSync(path, file)
  return pageHashes([path])[0] ?? []
}

function signatureOf(file: Buffer): Signature {
  const [slice] = readMacho(bytesOf(file)).slices
  const signature = slice === undefined ? undefined : readSignature(bytesOf(file), slice)
  if (signature === undefined) throw new Error('it is not signed')
  return signature
}

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest()

describe('sealMacho', () => {
  it.each([
    ['arm64', arm, 0x4000],
    ['x86_64', x86, 0x1000],
  ])('hashes every page of %s, in pages of its processor', (_, file, pageSize) => {
    const sealed = sealMacho(file, { identifier })

    const codeLimit = Math.ceil(file.length / 16) * 16
    const pages = Math.ceil(codeLimit / pageSize)
    expect(judge(sealed)).toEqual([{ pages, wrong: [], pageSize, codeLimit }])
  })

  it('signs each slice of a fat file, which begins where any Mac has a page', () => {
    const sealed = sealMacho(makeFat([x86, sealMacho(arm, { identifier: 'other' })]), {
      identifier,
    })

    expect(judge(sealed)).toMatchObject([{ wrong: [] }, { wrong: [] }])
    const { slices } = readMacho(bytesOf(sealed))
    expect(slices.map(({ offset }) => offset % 0x4000)).toEqual([0, 0])
    for (const [index, file] of [x86, arm].entries()) {
      const { offset, size } = slices[index] ?? { offset: 0, size: 0 }
      const alone = sealMacho(file, { identifier })
      expect(sealed.subarray(offset, offset + size).equals(alone)).toBe(true)
    }
  })

  it('keeps what a fat file says of its processors, also in the form for large files', () => {
    const fat = makeFat([x86, arm])
    const large = Buffer.concat([Buffer.alloc(8 + 2 * 32), x86, arm])
    large.writeUInt32BE(0xcafebabf, 0)
    large.writeUInt32BE(2, 4)
    for (const [index, slice] of [x86, arm].entries()) {
      fat.writeUInt32BE(0x8000_0003, 8 + index * 20 + 4)
      const at = 8 + index * 32
      fat.copy(large, at, 8 + index * 20, 8 + index * 20 + 8)
      large.writeBigUInt64BE(BigInt(large.indexOf(slice)), at + 8)
      large.writeBigUInt64BE(BigInt(slice.length), at + 16)
    }

    const sealed = sealMacho(fat, { identifier })

    expect([sealed.readUInt32BE(12), sealed.readUInt32BE(32)]).toEqual([0x8000_0003, 0x8000_0003])
    expect(sealMacho(large, { identifier }).equals(sealed)).toBe(true)
  })

  it('gives the same bytes again, whatever signature was there', () => {
    const sealed = sealMacho(arm, { identifier })

    expect(sealMacho(sealed, { identifier }).equals(sealed)).toBe(true)
    const other = sealMacho(sealed, {
      identifier: 'another.one',
      isRuntime: true,
      padding: 'codesign',
    })
    expect(other.length - sealed.length).toBeGreaterThanOrEqual(18_000)
    expect(sealMacho(other, { identifier }).equals(sealed)).toBe(true)
  })

  it('leaves the code as it is, and __LINKEDIT around all of it', () => {
    const sealed = sealMacho(arm, { identifier })

    const [before, after] = [arm, sealed].map((file) => readMacho(bytesOf(file)).slices[0])
    const end = (before?.headerSize ?? 0) + (before?.commandsSize ?? 0) + 16
    expect(sealed.subarray(end, arm.length).equals(arm.subarray(end))).toBe(true)
    const signature = after?.commands.at(-1)
    if (signature?.kind !== 'linkedit') throw new Error('the signature is not last')
    expect(signature.dataOffset % 16).toBe(0)
    expect(signature.dataOffset + signature.dataSize).toBe(sealed.length)
    const linkedit = after?.commands.find(
      (each) => each.kind === 'segment' && each.name === '__LINKEDIT',
    )
    if (linkedit?.kind !== 'segment') throw new Error('no __LINKEDIT')
    expect(linkedit.fileOffset + linkedit.fileSize).toBe(sealed.length)
    expect(linkedit.memorySize % 0x4000).toBe(0)
    expect(linkedit.memorySize).toBeGreaterThanOrEqual(linkedit.fileSize)
  })

  it('says what Apple’s tool says', () => {
    const [infoPlist, codeResources] = [Buffer.from('<plist/>'), Buffer.from('<plist>2</plist>')]
    const { directories, blobs, isAdHoc } = signatureOf(
      sealMacho(arm, { identifier, infoPlist, codeResources }),
    )

    const [directory] = directories
    expect(isAdHoc).toBe(true)
    expect(directory).toMatchObject({
      version: 0x20400,
      flags: 0x2,
      identifier,
      teamId: undefined,
      specialSlotCount: 3,
      hashType: 2,
      execSegment: { base: 0, limit: arm.length - 24, flags: 0 },
      runtime: undefined,
    })
    const requirements = blobs.find(({ slot }) => slot === 2)?.bytes ?? Buffer.alloc(0)
    expect(requirements.toString('hex')).toBe('fade0c010000000c00000000')
    expect([1, 2, 3].map((slot) => specialHash(directory, slot))).toEqual(
      [infoPlist, requirements, codeResources].map(sha256),
    )
    expect(specialHash(directory, 5)).toBeUndefined()
  })

  it('gives an executable a hardened runtime and entitlements', () => {
    const entitlements = plist('<key>get-task-allow</key><true/>')
    const program = makeDylib({ fileType: 2 })

    const { directories, blobs } = signatureOf(
      sealMacho(program, { identifier, entitlements, isRuntime: true }),
    )

    expect(directories[0]).toMatchObject({
      version: 0x20500,
      flags: 0x10002,
      runtime: 0x0e0500,
      specialSlotCount: 7,
      execSegment: { flags: 0x11 },
    })
    expect(blobs.map(({ slot }) => slot)).toEqual([0, 2, 5, 7, 0x10000])
    for (const { slot, bytes } of blobs.slice(1, 4)) {
      expect(specialHash(directories[0], slot)).toEqual(sha256(bytes))
    }
    expect(blobs[2]?.bytes.subarray(8)).toEqual(entitlements)
  })

  it('takes the place of the source’s version where room for a signature is missing', async () => {
    const room = 8
    const sealed = sealMacho(makeDylib({ room }), { identifier })
    expect(judge(sealed)).toMatchObject([{ wrong: [] }])

    const error = await errorOf(() =>
      sealMacho(makeDylib({ room, hasSourceVersion: false }), { identifier }),
    )
    expect(error.code).toBe('PYEMBED_MACHO_NO_ROOM')
  })

  it.each<[string, Buffer, Partial<SealOptions>]>([
    ['entitlements of a library', arm, { entitlements: plist('') }],
    ['objects, which nothing loads', makeDylib({ fileType: 1 }), {}],
    ['a file that goes on behind its end', Buffer.concat([arm, Buffer.alloc(64)]), {}],
    ['a name that is empty', arm, { identifier: '' }],
  ])('refuses %s', async (_, file, options) => {
    const error = await errorOf(() => sealMacho(file, { identifier, ...options }))

    expect(error.code).toBe('PYEMBED_MACHO_UNSUPPORTED')
  })
})

describe('checkPages', () => {
  it.each([
    ['the header', 40],
    ['the middle', 0x5001],
    ['the last page', arm.length - 1],
  ])('finds a flipped bit in %s', (_, at) => {
    const sealed = sealMacho(makeFat([arm, x86]), { identifier })
    expect(checkPages(sealed)).toEqual([])
    const [first, second] = readMacho(bytesOf(sealed)).slices.map(({ offset }) => offset)
    for (const [slice = 0, arch, pageSize] of [
      [first, 'arm64', 0x4000],
      [second, 'x86_64', 0x1000],
    ] as const) {
      const flipped = Buffer.from(sealed)
      flipped.writeUInt8(flipped.readUInt8(slice + at) ^ 0x10, slice + at)

      const page = Math.floor(at / pageSize) * pageSize
      expect(checkPages(flipped)).toMatchObject([{ arch, offset: slice + page }])
      expect(judge(flipped).flatMap((each) => each?.wrong ?? [])).toEqual([page])
    }
  })

  it('finds what an edit made stale', () => {
    const sealed = sealMacho(arm, { identifier })

    expect(checkPages(editMacho(sealed, { id: '@rpath/x' }))).toMatchObject([{ offset: 0 }])
  })
})

describe('cdHashes', () => {
  it('names the code of each slice', () => {
    const hashes = cdHashes(bytesOf(sealMacho(makeFat([arm, x86]), { identifier })))

    const alone = [arm, x86].map((file) => signatureOf(sealMacho(file, { identifier })))
    expect(hashes).toEqual(
      alone.map(({ directories }, index) => ({
        arch: ['arm64', 'x86_64'][index],
        cdHash: sha256(directories[0].blob.bytes).subarray(0, 20),
      })),
    )
    expect(cdHashes(bytesOf(arm))).toEqual([])
  })
})

function plist(entries: string): Buffer {
  return Buffer.from(`<?xml version="1.0"?><plist version="1.0"><dict>${entries}</dict></plist>`)
}
