import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { sortInventory } from '../../src/fs/inventory.ts'
import { createTreeWriter, type TreeWriter } from '../../src/fs/tree-writer.ts'
import { parseRecord } from '../../src/install/record.ts'
import { installWheel } from '../../src/install/wheel.ts'
import { parseTarget } from '../../src/platform/target.ts'
import { cleanEnvironment } from '../helpers/cli.ts'
import { errorOf } from '../helpers/errors.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree, modeOf } from '../helpers/tree.ts'
import { makeWheel, type WheelParts } from '../helpers/wheel.ts'

const site = 'lib/python3.11/site-packages'

/** One of everything that a wheel may hold. */
const everything: WheelParts = {
  files: {
    'demo/__init__.py': 'value = 1\n',
    'demo/data, with comma.txt': 'x',
    'demo/naïve.py': '',
    'demo/tool.bin': 'tool',
    'data/purelib/demo_pure.py': '',
    'data/platlib/demo_native.py': '',
    'data/scripts/demo-script': '#!python\nimport sys\n',
    'data/scripts/demo-shell': '#!/bin/sh\n',
    'data/headers/demo.h': '#define DEMO\n',
    'data/data/share/demo/sample.txt': 'sample',
    'dist-info/entry_points.txt': '[console_scripts]\ndemo = demo:main\n',
    'dist-info/licenses/LICENSE': 'free',
  },
  executables: ['demo/tool.bin'],
}

function makeWriter(): TreeWriter {
  const root = join(temporaryDirectory('prefix'), 'prefix')
  mkdirSync(root)
  return createTreeWriter(root)
}

async function install(
  wheel: ReturnType<typeof makeWheel>,
  writer = makeWriter(),
  triple = 'x86_64-unknown-linux-gnu',
  pip = undefined as ReturnType<typeof makeWheel> | undefined,
): Promise<TreeWriter> {
  const kind = { target: parseTarget(triple), version: '3.11.9', variant: 'default' } as const
  await installWheel(writer, wheel, { kind, pip })
  return writer
}

describe('installWheel', () => {
  it('puts every part where its scheme says', async () => {
    const { root } = await install(makeWheel(temporaryDirectory(), everything))

    expect(listTree(root)).toEqual(
      [
        'bin/demo',
        'bin/demo-script',
        'bin/demo-shell',
        'include/python3.11/demo/demo.h',
        `${site}/demo-1.0.dist-info/INSTALLER`,
        `${site}/demo-1.0.dist-info/METADATA`,
        `${site}/demo-1.0.dist-info/RECORD`,
        `${site}/demo-1.0.dist-info/WHEEL`,
        `${site}/demo-1.0.dist-info/entry_points.txt`,
        `${site}/demo-1.0.dist-info/licenses/LICENSE`,
        `${site}/demo/__init__.py`,
        `${site}/demo/data, with comma.txt`,
        `${site}/demo/naïve.py`,
        `${site}/demo/tool.bin`,
        `${site}/demo_native.py`,
        `${site}/demo_pure.py`,
        'share/demo/sample.txt',
      ].sort(),
    )
  })

  it('marks scripts and what the wheel marks as executable, and nothing else', async () => {
    const { root } = await install(makeWheel(temporaryDirectory(), everything))

    const executable = listTree(root).filter((path) => modeOf(join(root, path)) === '755')

    expect(executable).toEqual(
      ['bin/demo', 'bin/demo-script', 'bin/demo-shell', `${site}/demo/tool.bin`].sort(),
    )
  })

  it('has a RECORD like that of pip, but for what docs/wheel-install.md says', async () => {
    const directory = temporaryDirectory()
    const wheel = makeWheel(directory, everything)
    const target = join(directory, 'pip')
    const options = ['--no-deps', '--no-compile', '--no-index', '--prefix', target, '--quiet']
    execFileSync('python3', ['-m', 'pip', 'install', ...options, wheel.path], {
      env: cleanEnvironment(),
    })

    const { root } = await install(wheel)

    const ours = readRecord(root)
    const theirs = readRecord(target)
    // Other text: the script starts its own Python, and INSTALLER tells who installed.
    for (const path of [
      '../../../bin/demo',
      '../../../bin/demo-script',
      'demo-1.0.dist-info/INSTALLER',
    ]) {
      expect(ours.delete(path) && theirs.delete(path)).toBe(true)
    }
    theirs.delete('demo-1.0.dist-info/REQUESTED')
    theirs.delete('demo-1.0.dist-info/direct_url.json')
    expect(ours).toEqual(theirs)
  })

  it('has a RECORD that is sorted and true', async () => {
    const writer = await install(makeWheel(temporaryDirectory(), everything))

    const text = readFileSync(join(writer.root, `${site}/demo-1.0.dist-info/RECORD`), 'utf8')

    const paths = parseRecord(text).map(({ path }) => path)
    expect(paths).toEqual([...paths].sort())
    expect(paths).toHaveLength(writer.inventory.size)
  })

  it('gives Windows an .exe per command, from the launchers of pip', async () => {
    const directory = temporaryDirectory()
    const writer = makeWriter()
    const launcher = 'pip/_vendor/distlib/t64.exe'
    const pip = makeWheel(directory, { name: 'pip', files: { [launcher]: 'MZ' } })
    await install(pip, writer, 'x86_64-pc-windows-msvc', pip)

    await install(makeWheel(directory, everything), writer, 'x86_64-pc-windows-msvc', pip)

    const files = listTree(writer.root)
    expect(files).toContain('Scripts/demo.exe')
    expect(files).toContain('Lib/site-packages/demo/__init__.py')
    expect(files).toContain('include/demo/demo.h')
  })

  it('is reproducible', async () => {
    const wheel = makeWheel(temporaryDirectory(), everything)

    const [first, second] = [await install(wheel), await install(wheel)]

    expect(sortInventory(second.inventory)).toEqual(sortInventory(first.inventory))
  })

  it('takes a name that is spelled otherwise in the file name (PEP 503)', async () => {
    const directory = temporaryDirectory()
    const made = makeWheel(directory, { name: 'My_Demo' })
    const renamed = { ...made, name: made.name.replace('My_Demo', 'my_demo') }

    const { root } = await install(renamed)

    expect(listTree(root)).toContain(`${site}/My_Demo-1.0.dist-info/WHEEL`)
  })

  it.each<[what: string, text: string, parts: WheelParts]>([
    ['a newer Wheel-Version', 'Wheel-Version is 2', { wheelVersion: '2.0' }],
    ['no Wheel-Version', 'Wheel-Version is missing', { wheelVersion: 'x' }],
    [
      'a second .dist-info folder',
      'not one .dist-info',
      { files: { 'other-2.0.dist-info/WHEEL': 'Wheel-Version: 1.0\n' } },
    ],
    ['an unknown scheme', 'unknown scheme `etc`', { files: { 'data/etc/passwd': 'root' } }],
    [
      'a wrong hash in RECORD',
      'another hash for `demo.py`',
      { files: { 'demo.py': '' }, record: { 'demo.py': 'demo.py,sha256=AAAA,0' } },
    ],
    [
      'a file that RECORD does not name',
      '`demo.py`',
      { files: { 'demo.py': '' }, record: { 'demo.py': '' } },
    ],
    [
      'a command that leaves its folder',
      'no file name',
      { files: { 'dist-info/entry_points.txt': '[console_scripts]\n../../evil = demo:main\n' } },
    ],
  ])('refuses a wheel with %s', async (_, text, parts) => {
    const wheel = makeWheel(temporaryDirectory(), parts)

    const error = await errorOf(() => install(wheel))

    expect(error.code).toBe('PYEMBED_WHEEL_INVALID')
    expect(error.message).toContain(text)
  })

  it('takes a RECORD of sha512, as the specification allows', async () => {
    const wheel = makeWheel(temporaryDirectory(), {
      files: { 'demo.py': '' },
      record: {
        'demo.py': 'demo.py,sha512=z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP,0',
      },
    })

    const { root } = await install(wheel)

    expect(listTree(root)).toContain(`${site}/demo.py`)
  })

  it('refuses a wheel of another distribution', async () => {
    const wheel = makeWheel(temporaryDirectory(), {})
    const renamed = { ...wheel, name: 'numpy-1.0-py3-none-any.whl' }

    expect((await errorOf(() => install(renamed))).code).toBe('PYEMBED_WHEEL_INVALID')
  })

  it('refuses a file that is there already', async () => {
    const directory = temporaryDirectory()
    const writer = await install(makeWheel(directory))
    const other = makeWheel(directory, { name: 'other', files: { 'demo/__init__.py': '' } })

    const error = await errorOf(() => install(other, writer))

    expect(error.code).toBe('PYEMBED_PACKAGE_CONFLICT')
    expect(error.message).toContain(`${site}/demo/__init__.py`)
  })

  it.each([
    [
      'names that differ in case only',
      'PYEMBED_ARCHIVE_DUPLICATE',
      { 'demo/a.py': '', 'demo/A.py': '' },
    ],
    ['a name that Windows does not have', 'PYEMBED_ARCHIVE_PATH_WINDOWS', { 'demo/aux.py': '' }],
    ['a path that leaves the tree', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', { '../evil.py': '' }],
    [
      'a path that leaves its scheme',
      'PYEMBED_ARCHIVE_PATH_OUTSIDE',
      { 'data/scripts/../../../evil': '' },
    ],
  ])('refuses %s', async (_, code, files) => {
    const wheel = makeWheel(temporaryDirectory(), { files })
    const writer = makeWriter()

    const error = await errorOf(() => install(wheel, writer))

    expect(error.code).toBe(code)
    expect(listTree(join(writer.root, '..')).filter((path) => path.includes('evil'))).toEqual([])
  })

  it('knows a damaged download from a bad wheel', async () => {
    const wheel = makeWheel(temporaryDirectory())
    writeFileSync(wheel.path, 'damaged')

    await expect(install(wheel)).rejects.toMatchObject({
      code: 'PYEMBED_CHECKSUM_MISMATCH',
      damaged: expect.any(String),
    })
  })
})

function readRecord(prefix: string): Map<string, string> {
  const text = readFileSync(join(prefix, `${site}/demo-1.0.dist-info/RECORD`), 'utf8')
  return new Map(parseRecord(text).map(({ path, hash, size }) => [path, `${hash} ${size}`]))
}
