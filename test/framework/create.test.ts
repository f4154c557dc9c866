import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { type FileRecord, recordFile } from '../../src/fs/inventory.ts'
import { walkFiles } from '../../src/fs/walk.ts'
import { createFramework } from '../../src/framework/create.ts'
import type { FrameworkRequest } from '../../src/framework/framework.ts'
import { parseTarget } from '../../src/platform/target.ts'
import { testContext } from '../helpers/context.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { judgeCode, judgeSeal } from '../helpers/framework-seal.ts'
import { makeDylib, makeFat } from '../helpers/make-dylib.ts'
import { runPython } from '../helpers/python.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { modeOf, sha256sum, writeFiles } from '../helpers/tree.ts'

const [python = '', version = ''] = runPython(
  'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])',
).split('\n')
const minor = version.split('.').slice(0, 2).join('.')
const libpython = `lib/libpython${minor}.dylib`

/** A small prefix for macOS, of the version of the system's Python, which compiles its byte code. */
function makeRequest(more: Readonly<Record<string, string | Buffer>> = {}): FrameworkRequest {
  const prefix = temporaryDirectory('prefix')
  const loads = [['load', `@executable_path/../${libpython}`]] as const
  writeFiles(prefix, {
    [libpython]: makeDylib({ id: `/install/${libpython}` }),
    [`bin/python${minor}`]: makeDylib({ fileType: 2, loads }),
    'bin/tool': '#!/bin/sh\n',
    [`include/python${minor}/Python.h`]: '#define PY\n',
    [`lib/python${minor}/os.py`]: 'name = "posix"\n',
    [`lib/python${minor}/broken.py`]: 'no python at all\n',
    [`lib/python${minor}/lib-dynload/fat.so`]: makeFat([
      makeDylib({ fileType: 8, rpaths: ['/opt/build'] }),
      makeDylib({ fileType: 8, arch: 'x86_64' }),
    ]),
    [`lib/python${minor}/Java.class`]: Buffer.from('cafebabe00000034', 'hex'),
    ...more,
  })
  symlinkSync(`python${minor}`, join(prefix, 'bin/python3'))
  return {
    prefix,
    inventory: readInventory(prefix),
    kind: { target: parseTarget('aarch64-apple-darwin'), version, variant: 'default' },
    pinId: 'a-pin',
    python,
    output: join(temporaryDirectory('output'), 'new'),
    identifier: 'org.example.python',
  }
}

function readInventory(prefix: string): ReadonlyMap<string, FileRecord> {
  const buffer = Buffer.alloc(4096)
  const files = [...walkFiles(prefix)].map(({ path }) => [
    path,
    path === 'bin/python3' ? { link: `python${minor}` } : recordFile(join(prefix, path), buffer),
  ])
  return new Map(files as [string, FileRecord][])
}

const create = (request: FrameworkRequest, directory = temporaryDirectory()) =>
  createFramework(testContext(directory), request)

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

  it('names the file that has no room for a signature', async () => {
    const full = makeDylib({ fileType: 8, room: 0, hasSourceVersion: false })
    const error = await errorOf(() => create(makeRequest({ 'lib/full.so': full })))

    expect(error.code).toBe('PYEMBED_MACHO_NO_ROOM')
    expect(error.message).toContain('lib/full.so')
  })

  it.each([
    ['that is not there', '/nowhere/python', version],
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

/** A prefix of another version, which has no more than its library. */
function makeFor(wanted: string): FrameworkRequest {
  const request = makeRequest()
  const name = wanted.endsWith('t') ? `${minor}t` : wanted.split('.').slice(0, 2).join('.')
  const library = `lib/libpython${name}.dylib`
  writeFiles(request.prefix, { [library]: makeDylib() })
  const record = recordFile(join(request.prefix, library), Buffer.alloc(4096))
  return { ...request, inventory: new Map([[library, record]]) }
}
