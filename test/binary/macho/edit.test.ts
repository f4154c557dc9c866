import { assert, boolean, property, string, uniqueArray } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { bytesOf } from '../../../src/binary/bytes.ts'
import { editMacho } from '../../../src/binary/macho/edit.ts'
import { readMacho } from '../../../src/binary/macho/macho.ts'
import { errorOf } from '../../helpers/errors.ts'
import { type DylibOptions, makeDylib, makeFat } from '../../helpers/make-dylib.ts'

const python = '@rpath/Python.framework/Versions/A/Python'
const old = '/install/lib/libpython3.12.dylib'

/** Two files whose code is at one place. */
const make = (options: DylibOptions): Buffer =>
  makeDylib({ codeAt: 0x600, codeSize: 100, ...options })

describe('editMacho', () => {
  it('renames a library', () => {
    expect(editMacho(make({ id: old }), { id: python })).toEqual(make({ id: python }))
  })

  it('leaves nothing of a longer name behind', () => {
    expect(editMacho(make({ id: python }), { id: '@rpath/P' })).toEqual(make({ id: '@rpath/P' }))
  })

  it.each(['load', 'weak', 'reexport', 'lazy', 'upward'] as const)(
    'renames what is loaded in the role %s',
    (role) => {
      const made = make({
        loads: [
          ['load', '/usr/lib/libz.1.dylib'],
          [role, old],
        ],
      })

      const edited = editMacho(made, { dylibs: new Map([[old, python]]) })

      expect(edited).toEqual(
        make({
          loads: [
            ['load', '/usr/lib/libz.1.dylib'],
            [role, python],
          ],
        }),
      )
    },
  )

  it('deletes, replaces and adds rpaths, each of which comes once', () => {
    const rpaths = ['/build', '@loader_path', '/other', '@loader_path', '/last']

    const edited = editMacho(make({ rpaths }), {
      rpaths: {
        delete: ['/build', '/absent'],
        replace: new Map([
          ['/other', '@executable_path/../Frameworks'],
          ['/last', '@loader_path'],
        ]),
        add: ['@loader_path/../..', '@executable_path/../Frameworks'],
      },
    })

    const expected = ['@loader_path', '@executable_path/../Frameworks', '@loader_path/../..']
    expect(edited).toEqual(make({ rpaths: expected }))
  })

  it('changes nothing when everything is as it is wanted', () => {
    const made = make({ id: python, rpaths: ['/a'] })

    const edited = editMacho(made, {
      id: python,
      dylibs: new Map([[old, python]]),
      rpaths: { add: ['/a'], delete: ['/b'] },
    })

    expect(edited.equals(made)).toBe(true)
  })

  it('keeps what a command has before its name', () => {
    // dylib_use_command: four bytes of flags, so that the name begins at 28.
    const made = make({ loads: [['weak', `????${old}`]] })
    const at = made.indexOf(`????${old}`)
    made.writeUInt32LE(28, at - 16)
    made.writeUInt32LE(0x1a741800, at - 12)
    made.writeUInt32LE(0x9, at)

    const edited = editMacho(made, { dylibs: new Map([[old, '@rpath/P']]) })

    const expected = make({ loads: [['weak', '????@rpath/P']] })
    const place = expected.indexOf('????@rpath/P')
    made.copy(expected, place - 16, at - 16, at - 8)
    expected.writeUInt32LE(0x9, place)
    expect(edited).toEqual(expected)
  })

  it('edits each slice of a fat file by itself', () => {
    const [x86, arm] = [make({ arch: 'x86_64', id: old }), make({ id: '@rpath/other' })]

    const edited = editMacho(makeFat([x86, arm]), ({ cpu }) =>
      cpu === 0x01000007 ? { id: python } : { rpaths: { add: ['/a'] } },
    )

    expect(edited).toEqual(
      makeFat([make({ arch: 'x86_64', id: python }), make({ id: '@rpath/other', rpaths: ['/a'] })]),
    )
  })

  it('does to any names what is asked, and nothing to the code', () => {
    const name = string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter(
      (text) => !text.includes('\0'),
    )
    const names = uniqueArray(name, { minLength: 1, maxLength: 6 })
    assert(
      property(names, names, names, boolean(), (loads, news, rpaths, isFat) => {
        const pairs = loads.flatMap((each, index) => {
          const to = news[index]
          return to === undefined || loads.includes(to) ? [] : [[each, to] as const]
        })
        const options = {
          rpaths,
          codeAt: 0x1800,
          codeSize: 100,
          loads: loads.map((each) => ['load', each] as const),
        }
        const made = isFat
          ? makeFat([makeDylib(options), makeDylib({ ...options, arch: 'x86_64' })])
          : makeDylib(options)
        const edit = { dylibs: new Map(pairs), rpaths: { add: news, delete: rpaths.slice(0, 1) } }

        const edited = editMacho(made, edit)

        const kept = rpaths.slice(1)
        const expected = {
          ...options,
          loads: loads.map((each) => ['load', edit.dylibs.get(each) ?? each] as const),
          rpaths: [...kept, ...news.filter((each) => !kept.includes(each))],
        }
        const wanted = isFat
          ? makeFat([makeDylib(expected), makeDylib({ ...expected, arch: 'x86_64' })])
          : makeDylib(expected)
        expect(edited.equals(wanted)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('editMacho without room', () => {
  const longer = { dylibs: new Map([['/a', '/a23456789abcdef']]) }
  const loads = [['load', '/a']] as const
  const hasSourceVersion = false

  it('takes a name of the old size', () => {
    const made = makeDylib({ room: 0, id: old, hasSourceVersion })

    const edited = editMacho(made, { id: '@rpath/libpython3.12.dylib' })

    expect(edited.includes('@rpath/libpython3.12.dylib\0')).toBe(true)
  })

  it('takes the first of several names that fits', () => {
    const made = makeDylib({ room: 16, id: old })

    const edited = editMacho(made, { id: [python, '@loader_path/../Python', '@rpath/P'] })

    expect(edited.includes('@loader_path/../Python\0')).toBe(true)
  })

  it('takes room from deleted rpaths, then from the version of the source', () => {
    const deleted = { ...longer, rpaths: { delete: ['/abc'] } }
    const made = makeDylib({ room: 0, loads, rpaths: ['/abc'] })
    // The spare bytes of a file without a signature are not there, but it does not grow.
    expect(commandsOf(editMacho(made, deleted))).toContain(0x2a)

    expect(commandsOf(editMacho(makeDylib({ room: 0, loads }), longer))).not.toContain(0x2a)
  })

  it('leaves 16 bytes for a signature', async () => {
    const error = await errorOf(() =>
      editMacho(makeDylib({ room: 31, loads, hasSourceVersion }), longer),
    )

    expect(error.code).toBe('PYEMBED_MACHO_NO_ROOM')
    expect(() => editMacho(makeDylib({ room: 32, loads, hasSourceVersion }), longer)).not.toThrow()
  })

  it('says how many bytes are needed and available', async () => {
    const made = makeDylib({ room: 8, loads, hasSourceVersion })
    const used = made.readUInt32LE(20)

    const { message, hint } = await errorOf(() => editMacho(made, longer))

    expect(message).toContain(`need ${used + 16 + 16} bytes, and ${used + 8} are available`)
    expect(hint).toContain('-headerpad_max_install_names')
  })
})

describe('editMacho refuses', () => {
  const rename = { id: python }

  it.each([
    ['32-bit code', (file: Buffer) => file.writeUInt32LE(0xfeedface)],
    ['big-endian code', (file: Buffer) => file.writeUInt32BE(0xfeedfacf)],
    ['big-endian 32-bit code', (file: Buffer) => file.writeUInt32BE(0xfeedface)],
  ])('%s, also in one of two slices', async (name, change) => {
    const made = makeDylib()
    change(made)

    for (const file of [made, makeFat([makeDylib(), made])]) {
      const { code, message } = await errorOf(() => editMacho(file, rename))
      expect(code).toBe('PYEMBED_MACHO_UNSUPPORTED')
      expect(message).toContain(name.includes('big') ? 'big-endian' : '32-bit')
    }
  })

  it('two libraries of one name, unless they were there', async () => {
    const twice = makeDylib({
      room: 256,
      loads: [
        ['load', '/a'],
        ['weak', '/b'],
        ['load', '/c'],
        ['load', '/c'],
      ],
    })

    const { code, message } = await errorOf(() =>
      editMacho(twice, {
        dylibs: new Map([
          ['/a', '/d'],
          ['/b', '/d'],
        ]),
      }),
    )

    expect(code).toBe('PYEMBED_MACHO_DUPLICATE')
    expect(message).toContain('`/a` and `/b`')
    expect(() => editMacho(twice, { dylibs: new Map([['/a', '/d']]) })).not.toThrow()
  })

  it.each([
    [
      'a name for what is no library',
      makeDylib({ fileType: 8 }),
      rename,
      'PYEMBED_MACHO_UNSUPPORTED',
    ],
    ['an empty name', makeDylib(), { id: '' }, 'PYEMBED_PATH_UNSUPPORTED'],
    ['a name with a NUL', makeDylib(), { id: 'a\0b' }, 'PYEMBED_PATH_UNSUPPORTED'],
    ['slices that overlap', overlapping(), rename, 'PYEMBED_BINARY_INVALID'],
    ['a file that is cut off', makeDylib().subarray(0, 100), rename, 'PYEMBED_BINARY_INVALID'],
  ] as const)('%s', async (_, file, edit, code) => {
    expect((await errorOf(() => editMacho(file, edit))).code).toBe(code)
  })
})

function overlapping(): Buffer {
  const file = makeFat([makeDylib(), makeDylib()])
  file.writeUInt32BE(file.readUInt32BE(16), 36)
  return file
}

function commandsOf(file: Buffer): readonly number[] {
  const [slice] = readMacho(bytesOf(file)).slices
  return slice?.commands.map(({ command }) => command) ?? []
}
