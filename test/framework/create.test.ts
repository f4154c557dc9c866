import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { walkFiles } from '../../src/fs/walk.ts'
import { createFramework } from '../../src/framework/create.ts'
import type { FrameworkRequest } from '../../src/framework/framework.ts'
import { testContext } from '../helpers/context.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { makeFor, makeRequest, minor, python, version } from '../helpers/framework.ts'
import { judgeCode, judgeSeal } from '../helpers/framework-seal.ts'
import { makeDylib } from '../helpers/make-dylib.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { modeOf, sha256sum, writeFiles } from '../helpers/tree.ts'

const create = (request: FrameworkRequest, directory = temporaryDirectory()) =>
  createFramework(testContext(directory), request)

const pyc = (name: string): string => `${name}.cpython-${minor.replace('.', '')}.pyc`

/** Names, modes, and content of all files. */
function listAll(root: string): readonly string[] {
  return [...walkFiles(root)]
    .map(({ path, isLink }) => {
      const whole = join(root, path)
      return isLink ? `${path} link` : `${path} ${modeOf(whole)} ${sha256sum(whole)}`
    })
    .sort()
}

describe('createFramework', () => {
  it('makes a framework whose seal holds', async () => {
    const request = makeRequest()

    const made = await create(request)

    const { framework, edits } = made
    expect(made).toMatchObject({ version, architectures: ['arm64'] })
    expect(edits.map(({ path, kind, to }) => `${kind} ${path} ${to ?? ''}`)).toEqual([
      'id Python @rpath/Python.framework/Versions/A/Python',
      `load bin/python${minor} @loader_path/../Python`,
      `rpath lib/python${minor}/lib-dynload/fat.so `,
    ])
    expect(judgeSeal(framework)).toEqual([])
    expect(judgeCode(framework)).toEqual({ files: 3, bad: [] })
    expect(existsSync(join(framework, `Versions/A/lib/python${minor}/__pycache__`))).toBe(true)
    expect(readdirSync(join(request.output))).toEqual(['Python.framework'])
    expect(made.files).toBe([...walkFiles(framework)].length)
  })

  it('makes the same bytes in another folder and in another time zone', async () => {
    const first = makeRequest()
    const second = { ...first, output: temporaryDirectory('elsewhere "ü $1') }

    await create(first)
    const zone = process.env['TZ']
    process.env['TZ'] = 'Pacific/Kiritimati'
    try {
      await create(second)
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }

    expect(listAll(second.output)).toEqual(listAll(first.output))
  })

  it('replaces one of its own, and nothing else', async () => {
    const request = makeRequest()
    const { framework } = await create(request)
    writeFileSync(join(framework, 'Versions/A/lib/extra.txt'), 'extra')
    const before = listAll(request.output).length

    await create(request)
    expect(listAll(request.output)).toHaveLength(before - 1)

    const other = { ...request, output: temporaryDirectory('other') }
    mkdirSync(join(other.output, 'Python.framework'))
    const error = await errorOf(() => create(other))
    expect(error.code).toBe('PYEMBED_FRAMEWORK_UNFIT')
    expect(error.message).toContain('is in the way')
    expect(readdirSync(other.output)).toEqual(['Python.framework'])
  })

  it('takes what the inventory names, and that only as it is there', async () => {
    const request = makeRequest()
    const module = join(request.prefix, `lib/python${minor}/os.py`)
    writeFiles(request.prefix, { [`lib/python${minor}/mine.py`]: '' })
    const { framework } = await create(request)
    expect(existsSync(join(framework, `Versions/A/lib/python${minor}/mine.py`))).toBe(false)

    writeFileSync(module, 'name = "other"\n')
    const output = join(temporaryDirectory(), 'new')
    const error = await errorOf(() => create({ ...request, output }))

    expect(error.code).toBe('PYEMBED_STORE_ENTRY_INVALID')
    expect(error.message).toContain(`lib/python${minor}/os.py`)
    expect(readdirSync(output)).toEqual([])
  })

  it.each([`bin/tool`, `lib/python${minor}/os.py`])(
    'leaves nothing behind, and no Python at work, when it fails at %s',
    async (path) => {
      const request = makeRequest()
      writeFileSync(join(request.prefix, path), 'other')

      expect(await codeOf(() => create(request))).toBe('PYEMBED_STORE_ENTRY_INVALID')

      expect(readdirSync(request.output)).toEqual([])
    },
  )

  it('has byte code of what is Python, and no folder for what is not', async () => {
    const folder = `lib/python${minor}`
    const { framework } = await create(
      makeRequest({
        [`${folder}/broken/only.py`]: 'no python at all\n',
        // As a wheel brings it, of another Python or of other sources.
        [`${folder}/__pycache__/${pyc('os')}`]: 'stale',
        [`${folder}/__pycache__/os.cpython-27.pyc`]: 'old',
      }),
    )

    const made = join(framework, 'Versions/A', folder)
    const byteCode = readdirSync(join(made, '__pycache__'))
    expect(new Set(byteCode)).toEqual(new Set([pyc('os'), 'os.cpython-27.pyc']))
    // PEP 552: an unchecked hash.
    const flags = readFileSync(join(made, '__pycache__', pyc('os'))).readUInt32LE(4)
    expect([flags, modeOf(join(made, '__pycache__', pyc('os')))]).toEqual([1, '644'])
    expect(existsSync(join(made, 'broken/__pycache__'))).toBe(false)
    expect(judgeSeal(framework)).toEqual([])
  })

  it('takes byte code from where it was kept, of sources that are the same', async () => {
    const folder = `lib/python${minor}`
    const stale = { [`${folder}/__pycache__/${pyc('os')}`]: 'stale' }
    const first = makeRequest({ ...stale, [`${folder}/other.py`]: 'a = 1\n' })
    const second = makeRequest({ ...stale, [`${folder}/other.py`]: 'a = 2\n' })
    const byteCode = temporaryDirectory('kept')
    const kept = (name: string): string => join(byteCode, folder, '__pycache__', pyc(name))

    await create({ ...first, byteCode })
    const [os, other] = ['os', 'other'].map((name) => statSync(kept(name)).ino)
    await create({ ...second, byteCode })

    expect(statSync(kept('os')).ino).toBe(os)
    expect(statSync(kept('other')).ino).not.toBe(other)
    const without = { ...second, output: temporaryDirectory('without') }
    await create(without)
    expect(listAll(second.output)).toEqual(listAll(without.output))
  })

  it('signs what dyld loads, and names what only looks like it', async () => {
    const object = makeDylib({ fileType: 1, id: undefined })
    const damaged = makeDylib().subarray(0, 100)
    const request = makeRequest({ 'lib/a.o': object, 'lib/damaged.dylib': damaged })
    const context = testContext(temporaryDirectory())

    const { framework } = await createFramework(context, request)

    const at = (path: string): string => join(framework, 'Versions/A', path)
    expect(sha256sum(at('lib/a.o'))).toBe(sha256sum(join(request.prefix, 'lib/a.o')))
    expect(judgeSeal(framework)).toEqual([])
    const warnings = context.events.flatMap((event) =>
      event.kind === 'warning' ? [event.text] : [],
    )
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('lib/damaged.dylib')
  })

  it.each(['lib/full.so', `lib/libpython${minor}.dylib`])(
    'names the file that has no room for a signature: %s',
    async (path) => {
      const full = makeDylib({ fileType: 6, room: 0, hasSourceVersion: false })

      const error = await errorOf(() => create(makeRequest({ [path]: full })))

      expect(error.code).toBe('PYEMBED_MACHO_NO_ROOM')
      expect(error.message).toContain(`\`${path}\``)
    },
  )

  it('refuses a library that is none of macOS', async () => {
    const error = await errorOf(() =>
      create(makeRequest({ [`lib/libpython${minor}.dylib`]: 'INPUT(libpython.so)' })),
    )

    expect(error.code).toBe('PYEMBED_FRAMEWORK_UNFIT')
    expect(error.message).toContain(`lib/libpython${minor}.dylib`)
  })

  it.each([
    ['that is not there', '/nowhere/python', version],
    ['that is none', '/bin/true', version],
    ['of another version', python, '3.14.99'],
  ])('refuses a Python %s', async (_, executable, wanted) => {
    const request = makeRequest()
    const kind = { ...request.kind, version: wanted }
    // Of another minor version the prefix has no library.
    const fit = wanted === version ? request : { ...makeFor(wanted), kind }

    expect(await codeOf(() => create({ ...fit, python: executable }))).toBe('PYEMBED_TOOL_PYTHON')
  })

  it('refuses the free-threaded kind of a Python that is not', async () => {
    const request = makeFor(`${version}t`)
    const kind = { ...request.kind, variant: 'freethreaded' as const }

    const error = await errorOf(() => create({ ...request, kind, python }))

    expect(error.code).toBe('PYEMBED_TOOL_PYTHON')
  })

  it('refuses an identifier of Apple before it does anything', async () => {
    const request = { ...makeRequest(), identifier: 'com.apple.python' }

    expect(await codeOf(() => create(request))).toBe('PYEMBED_USAGE')
    expect(existsSync(dirname(request.output)) && existsSync(request.output)).toBe(false)
  })
})
