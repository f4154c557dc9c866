import { describe, expect, it } from 'vitest'

import { checkLoad } from '../../../src/binary/macho/check-load.ts'
import { sealMacho } from '../../../src/binary/macho/signature/seal.ts'
import { type DylibOptions, makeDylib, makeFat } from '../../helpers/make-dylib.ts'

const seal = (file: Buffer): Buffer => sealMacho(file, { identifier: 'demo' })
const make = (options: DylibOptions = {}): Buffer => seal(makeDylib({ codeSize: 100, ...options }))

/** The load command that begins with these numbers. */
function find(file: Buffer, ...words: readonly number[]): number {
  const bytes = Buffer.alloc(words.length * 4)
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, index * 4)
  const at = file.indexOf(bytes)
  if (at === -1) throw new Error('it has no such load command')
  return at
}

/** A fat file of one slice, which begins elsewhere. */
function shiftSlice(fat: Buffer, to: number): Buffer {
  const from = fat.readUInt32BE(16)
  const head = Buffer.from(fat.subarray(0, 28))
  head.writeUInt32BE(to, 16)
  return Buffer.concat([head, Buffer.alloc(to - 28), fat.subarray(from)])
}

/** `LC_SEGMENT_64` of what programs leave unused, another size for it, and what is said of too small ones. */
const pageZero = 32
const shrink =
  (size: number) =>
  (file: Buffer): void =>
    void file.writeBigUInt64LE(BigInt(size), pageZero + 32)
const noPageZero = 'unused at the beginning of memory'

/** `LC_SEGMENT_64` of `__TEXT`, its section, and that of `__LINKEDIT`. */
const [text, section, linkedit] = [32, 32 + 72, 32 + 72 + 80]

describe('checkLoad', () => {
  it.each([
    ['a library', make()],
    ['a bundle for x86_64', make({ arch: 'x86_64', fileType: 8 })],
    ['an unsigned library for x86_64', makeDylib({ arch: 'x86_64' })],
    ['two architectures', seal(makeFat([makeDylib(), makeDylib({ arch: 'x86_64' })]))],
  ])('has nothing against %s', (_, file) => {
    expect(checkLoad(file)).toEqual([])
  })

  it.each([
    ['with another processor', (file: Buffer) => file.writeUInt32BE(0x01000007, 8), /another proc/],
    ['within a page', (file: Buffer) => shiftSlice(file, 0x1000), /where a page of memory/],
  ])('has something against a slice of a fat file %s', (_, change, problem) => {
    const fat = makeFat([makeDylib({ arch: 'arm64', codeSize: 100 })])
    const sealed = seal(fat)
    expect(checkLoad(sealed)).toEqual([])

    const changed = change(sealed)

    const file = Buffer.isBuffer(changed) ? changed : sealed
    expect(checkLoad(file).map(({ detail }) => detail)).toEqual([expect.stringMatching(problem)])
  })

  it('reads no fat file that is empty', () => {
    expect(() => checkLoad(makeFat([]))).toThrow(/without anything in it/)
  })

  it('wants libraries to be loaded, and an LC_UUID, since the SDKs that ask for them', () => {
    const version = (sdk: number) => (file: Buffer) =>
      void file.writeUInt32LE(sdk, find(file, 0x32, 24) + 16)
    const lonely = makeDylib({ loads: [] })
    const nameless = makeDylib()
    nameless.writeUInt32LE(0x1d000, find(nameless, 0x1b, 24))
    const details = (file: Buffer, sdk: number): readonly string[] => {
      const copy = Buffer.from(file)
      version(sdk)(copy)
      return checkLoad(seal(copy)).map(({ detail }) => detail)
    }

    expect(details(lonely, 0x0f0300)).toEqual([])
    expect(details(lonely, 0x0f0400)).toEqual([expect.stringMatching(/loads no library/)])
    expect(details(nameless, 0x0b0300).join()).not.toMatch(/LC_UUID/)
    expect(details(nameless, 0x0c0000).join()).toMatch(/LC_UUID/)
    const program = seal(makeDylib({ fileType: 2, loads: [] }))
    expect(checkLoad(program).map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/loads no library/),
    ])
  })

  it.each<[string, (file: Buffer) => void, RegExp]>([
    ['of a processor that no Mac has', (file) => file.writeUInt32LE(7, 4), /no Mac/],
    ['of a type that is not loaded', (file) => file.writeUInt32LE(1, 12), /type 1/],
    ['that begins nowhere', (file) => file.writeUInt32LE(2, 12), /begins somewhere/],
    ['with a name that is no library', (file) => file.writeUInt32LE(8, 12), /only a library/],
    [
      'larger in the file than in memory',
      (file) => file.writeUInt32LE(0x1000, text + 32),
      /`__TEXT` has more bytes/,
    ],
    [
      'that leaves the file',
      (file) => file.writeUInt32LE(0x100000, linkedit + 48),
      /leaves the file/,
    ],
    [
      'that is not mapped by pages',
      (file) => file.writeUInt32LE(0x4100, linkedit + 24),
      /inside a page/,
    ],
    [
      'that overlaps in memory',
      (file) => file.writeUInt32LE(0, linkedit + 24),
      /__TEXT and __LINKEDIT overlap/,
    ],
    ['that may be written', (file) => file.writeUInt32LE(7, text + 60), /`__TEXT` may be written/],
    ['whose code is elsewhere', (file) => file.writeUInt32LE(0x2000, section + 48), /elsewhere/],
    [
      'whose section is outside',
      (file) => file.writeUInt32LE(0x9000, section + 32),
      /does not hold/,
    ],
    ['with relocations', (file) => file.writeUInt32LE(3, section + 60), /relocations/],
    [
      'whose symbols are outside',
      (file) => file.writeUInt32LE(0x100, find(file, 0x2, 24) + 8),
      /symbols are not in/,
    ],
    [
      'whose symbols and names overlap',
      (file) => file.writeUInt32LE(0x4004, find(file, 0x2, 24) + 16),
      /overlap/,
    ],
    ['without a signature', (file) => file.writeUInt32LE(0x2b, find(file, 0x1d, 16)), /not signed/],
    ['without a version', (file) => file.writeUInt32LE(0x7f, find(file, 0x32, 24)), /oldest macOS/],
    [
      'with a tool too many',
      (file) => file.writeUInt32LE(1, find(file, 0x32, 24) + 20),
      /0x32 has a wrong size/,
    ],
    [
      'with a name that goes on',
      (file) => file.fill('x', find(file, 0xd, 48) + 24, find(file, 0xd, 48) + 48),
      /0xd has a wrong size/,
    ],
  ])('finds a file %s', (_, damage, expected) => {
    const file = make()
    damage(file)

    expect(
      checkLoad(file)
        .map(({ detail }) => detail)
        .join('\n'),
    ).toMatch(expected)
  })

  it('finds a program that begins outside its code, or wants another loader', () => {
    const file = make({ fileType: 2 })
    expect(checkLoad(file)).toEqual([])

    file.writeUInt32LE(0x7fffffff, find(file, 0x80000028, 24) + 8)
    file.write('x', file.indexOf('/usr/lib/dyld'))

    expect(checkLoad(file).map(({ detail }) => detail)).toEqual([
      'its loader is `xusr/lib/dyld`',
      'it begins outside its code',
    ])
  })

  it.each<[string, 'arm64' | 'x86_64', (file: Buffer) => void, readonly string[]]>([
    ['that is at one place', 'arm64', (file) => file.writeUInt32LE(0x85, 24), ['it is no PIE']],
    ['that is at one place', 'x86_64', (file) => file.writeUInt32LE(0x85, 24), []],
    [
      'without the loader',
      'arm64',
      (file) => file.writeUInt32LE(0x200081, 24),
      ['it is static, which arm64 does not run'],
    ],
    ['with less than 4 GB unused', 'arm64', shrink(0x1000_0000), [noPageZero]],
    ['with less than 4 GB unused', 'x86_64', shrink(0x1000_0000), []],
    ['with nothing unused', 'x86_64', shrink(0), [noPageZero]],
    [
      'with an empty segment that is read',
      'arm64',
      (file) => file.writeUInt8(1, pageZero + 60),
      [noPageZero],
    ],
  ])('says of a program %s (%s) what the kernel does', (_, arch, change, expected) => {
    const file = make({ fileType: 2, arch })
    expect(checkLoad(file)).toEqual([])

    change(file)

    const details = checkLoad(file).map(({ detail }) => detail)
    expect(details).toEqual(expected.map((each) => expect.stringContaining(each) as string))
  })

  it.each([
    ['arm64', ['`__MORE` may be written and run, which arm64 does not map']],
    ['x86_64', []],
  ] as const)('finds code that may be written (%s)', (arch, expected) => {
    const file = make({ fileType: 2, arch })
    // The empty segment becomes one of 16 KiB, of which the file has nothing.
    file.write('__MORE\0\0\0\0', pageZero + 8)
    file.writeBigUInt64LE(0x2_0000_0000n, pageZero + 24)
    file.writeBigUInt64LE(0x4000n, pageZero + 32)
    file.writeUInt32LE(7, pageZero + 56)
    file.writeUInt32LE(7, pageZero + 60)

    const details = checkLoad(file).map(({ detail }) => detail)

    expect(details.filter((each) => each.includes('__MORE'))).toEqual(expected)
  })

  it('finds a name that no file has', () => {
    const file = make()
    file.writeUInt8(0xff, find(file, 0xd, 48) + 30)

    expect(checkLoad(file)).toMatchObject([{ detail: expect.stringContaining('UTF-8') }])
  })

  it('finds names that come twice in what a newer SDK built', () => {
    const file = make({
      loads: [
        ['load', '/a'],
        ['weak', '/a'],
      ],
      rpaths: ['/b', '/b'],
    })
    expect(checkLoad(file)).toEqual([])

    file.writeUInt32LE(0x0f0000, find(file, 0x32, 24) + 16)

    expect(checkLoad(file)).toEqual([
      { arch: 'arm64', detail: 'it loads `/a` twice' },
      { arch: 'arm64', detail: 'its rpath `/b` comes twice' },
    ])
  })
})
