import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { createTreeWriter, type TreeWriter } from '../../src/fs/tree-writer.ts'
import { writePrefix } from '../../src/install/prefix.ts'
import type { WheelFile } from '../../src/install/wheel.ts'
import type { PrefixKind } from '../../src/platform/layout.ts'
import { parseTarget } from '../../src/platform/target.ts'
import { codeOf } from '../helpers/errors.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree, sha256sum, writeFiles } from '../helpers/tree.ts'
import { makeWheel } from '../helpers/wheel.ts'

const kind = {
  target: parseTarget('x86_64-unknown-linux-gnu'),
  version: '3.14.6',
  variant: 'default',
} as const
const site = 'lib/python3.14/site-packages'

/** What a PBS archive has that matters here. */
const python = {
  'bin/python3.14': 'ELF',
  'lib/libpython3.14.so.1.0': 'ELF',
  'lib/python3.14/_sysconfigdata__linux_x86_64-linux-gnu.py':
    "build_time_vars = {'prefix': '/install'}\n",
  'lib/pkgconfig/python-3.14.pc': 'prefix=/install\nlibdir=${prefix}/lib\n',
  'share/terminfo/n/ncr260vt300wpp': 'dropped',
  'bin/pip3': '#!/bin/sh\n',
  [`${site}/pip/__init__.py`]: 'the archive’s',
  [`${site}/pip/old.py`]: '',
  [`${site}/pip-25.0.dist-info/RECORD`]:
    '../../../bin/pip3,,\npip/__init__.py,,\npip/old.py,,\npip/__pycache__/old.cpython-314.pyc,,\npip-25.0.dist-info/RECORD,,\n',
  [`${site}/README.txt`]: 'This directory contains packages.\n',
}

function makeArchive(files: Readonly<Record<string, string>> = python) {
  const directory = temporaryDirectory('archive')
  writeFiles(join(directory, 'python'), files)
  const path = join(directory, 'python.tar.gz')
  execFileSync('tar', ['-czf', path, 'python'], { cwd: directory })
  return { path, name: 'python.tar.gz', sha256: sha256sum(path) }
}

async function write(
  archive: ReturnType<typeof makeArchive>,
  wheels: readonly WheelFile[] = [],
  cacheDir = temporaryDirectory('cache'),
  ofKind: PrefixKind = kind,
): Promise<TreeWriter> {
  const root = join(temporaryDirectory('prefix'), 'prefix')
  mkdirSync(root)
  const writer = createTreeWriter(root)
  const { env: variables } = process
  const check = await writePrefix(writer, { kind: ofKind, archive, wheels, cacheDir, variables })
  await check()
  return writer
}

/** Other content of the same size and time, in a part that came from elsewhere: its inodes are others. */
function damageUnseen(path: string): void {
  const { size, atime, mtime } = statSync(path)
  rmSync(path)
  writeFileSync(path, Buffer.alloc(size, 'damage'))
  utimesSync(path, atime, mtime)
}

describe('writePrefix', () => {
  it('writes the archive, without terminfo, and its inventory', async () => {
    const { root, inventory } = await write(makeArchive())

    const expected = Object.keys(python).filter((path) => !path.startsWith('share/terminfo'))
    expect(listTree(root)).toEqual(expected.sort())
    expect([...inventory.keys()].sort()).toEqual(expected.sort())
    for (const [path, record] of inventory) {
      expect(record).toMatchObject({ sha256: sha256sum(join(root, path)) })
    }
  })

  it('makes files that name /install relocatable', async () => {
    const { root } = await write(makeArchive())

    const sysconfig = readFileSync(
      join(root, 'lib/python3.14/_sysconfigdata__linux_x86_64-linux-gnu.py'),
      'utf8',
    )
    expect(sysconfig).toMatch(/^build_time_vars = \{'prefix': '\/install'\}\n/)
    expect(sysconfig).toContain('_pyembed_relocate(build_time_vars)')
    expect(readFileSync(join(root, 'lib/pkgconfig/python-3.14.pc'), 'utf8')).toBe(
      'prefix=${pcfiledir}/../..\nlibdir=${prefix}/lib\n',
    )
  })

  it('replaces the archive’s pip by a locked one, every file of it', async () => {
    const pip = makeWheel(temporaryDirectory(), {
      name: 'pip',
      version: '25.3',
      files: { 'pip/__init__.py': 'the locked one' },
    })

    const { root } = await write(makeArchive(), [pip])

    const files = listTree(root).filter((path) => path.includes('pip'))
    expect(files).toEqual(
      [
        `${site}/pip-25.3.dist-info/INSTALLER`,
        `${site}/pip-25.3.dist-info/METADATA`,
        `${site}/pip-25.3.dist-info/RECORD`,
        `${site}/pip-25.3.dist-info/WHEEL`,
        `${site}/pip/__init__.py`,
      ].sort(),
    )
    expect(readFileSync(join(root, `${site}/pip/__init__.py`), 'utf8')).toBe('the locked one')
  })

  it.each(['bin/python3.14', 'lib/libpython3.14.so.1.0'])(
    'refuses an archive without %s',
    async (path) => {
      const files = Object.fromEntries(Object.entries(python).filter(([name]) => name !== path))

      expect(await codeOf(() => write(makeArchive(files)))).toBe('PYEMBED_PREFIX_UNEXPECTED')
    },
  )

  it.each([
    ['two files', { 'demo/Foo.py': '', 'demo/foo.py': '' }],
    ['two folders', { 'demo/Foo/a.py': '', 'demo/foo/b.py': '' }],
    ['a file and one of the archive', { 'README.TXT': '' }],
  ])('refuses %s that are one on macOS, and takes them on Linux', async (_, files) => {
    // Once by a wheel of two places, as one place must be distinct on its own.
    const [first = '', second] = Object.entries(files).map(([path]) => path)
    const parts =
      second === undefined
        ? { [first]: '' }
        : { [`data/purelib/${first}`]: '', [`data/platlib/${second}`]: '' }
    const wheel = makeWheel(temporaryDirectory(), { files: parts })
    const macos = { ...kind, target: parseTarget('aarch64-apple-darwin') }
    const archive = makeArchive({
      ...python,
      'lib/libpython3.14.dylib': 'Mach-O',
    })

    expect(await codeOf(() => write(archive, [wheel], undefined, macos))).toBe(
      'PYEMBED_PACKAGE_CONFLICT',
    )
    expect((await write(archive, [wheel])).inventory.size).toBeGreaterThan(0)
  })

  it('refuses sysconfig data that it does not know', async () => {
    const files = {
      ...python,
      'lib/python3.14/_sysconfigdata__linux_x86_64-linux-gnu.py': 'variables = {}\n',
    }

    expect(await codeOf(() => write(makeArchive(files)))).toBe('PYEMBED_PREFIX_UNEXPECTED')
  })

  it.each(['bin/python3.14', 'lib', 'bin/python3.14/x', `${site}/README.txt`])(
    'refuses a wheel that brings %s, which the archive has',
    async (path) => {
      const wheel = makeWheel(temporaryDirectory(), { files: { [`data/data/${path}`]: 'other' } })

      expect(await codeOf(() => write(makeArchive(), [wheel]))).toBe('PYEMBED_PACKAGE_CONFLICT')
    },
  )

  it.each([
    ['changed', (path: string) => appendFileSync(path, 'damage')],
    ['changed with its time set back', damageUnseen],
  ])('notices that a file it unpacked before was %s', async (_, damage) => {
    const archive = makeArchive()
    const cacheDir = temporaryDirectory('cache')
    await write(archive, [], cacheDir)
    const [part = ''] = readdirSync(join(cacheDir, 'unpacked'))
    const directory = join(cacheDir, 'unpacked', part)
    damage(join(directory, 'files', site, 'README.txt'))

    await expect(write(archive, [], cacheDir)).rejects.toMatchObject({
      code: 'PYEMBED_CHECKSUM_MISMATCH',
      damaged: directory,
    })
  })

  it('fails with what is wrong with a wheel, whatever the archive is at', async () => {
    const wheel = makeWheel(temporaryDirectory(), { wheelVersion: '2.0' })

    expect(await codeOf(() => write(makeArchive(), [wheel]))).toBe('PYEMBED_WHEEL_INVALID')
  })

  it('knows a damaged copy from an archive that was published broken', async () => {
    const good = makeArchive()
    const broken = makeArchive()
    truncateSync(broken.path, 100)

    await expect(write({ ...broken, sha256: good.sha256 })).rejects.toMatchObject({
      code: 'PYEMBED_CHECKSUM_MISMATCH',
      damaged: expect.any(String),
    })
    expect(await codeOf(() => write({ ...broken, sha256: sha256sum(broken.path) }))).toBe(
      'PYEMBED_ARCHIVE_CORRUPT',
    )
  })
})
