import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { Verification } from '../../src/store/verify.ts'
import { type CliResult, runCli } from '../helpers/cli.ts'
import { copyEntry, copyTree, sharedProject } from '../helpers/prefix.ts'
import { linux, windows } from '../helpers/project.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { newest } from './pythons.ts'

interface Damage {
  readonly what: string
  readonly kind: string
  readonly path: string
  readonly damage: (absolute: string) => void
}

describe.each(newest)('verify of a damaged Python $version', ({ build, minor }) => {
  const directory = sharedDirectory('verify')
  const tag = `cpython-${minor.replace('.', '')}`
  const lib = `lib/python${minor}`
  let prefix = ''

  beforeAll(async () => {
    prefix = join(await copyEntry(build, linux, directory.path), 'prefix')
    await copyEntry(build, windows, directory.path)
  })

  const verify = (...flags: string[]): Promise<CliResult> =>
    runCli(['verify', ...flags], {
      cwd: sharedProject(build),
      env: { ...inject('cliEnv'), PYEMBED_DATA_DIR: directory.path },
    })

  const damages: readonly Damage[] = [
    {
      what: 'one flipped bit',
      kind: 'changed',
      path: `lib/libpython${minor}.so.1.0`,
      damage: (path) => {
        const bytes = readFileSync(path)
        bytes.writeUInt8((bytes.at(5000) ?? 0) ^ 1, 5000)
        writeFileSync(path, bytes)
      },
    },
    { what: 'a missing file', kind: 'missing', path: `${lib}/json/decoder.py`, damage: rmSync },
    {
      what: 'an extra module',
      kind: 'extra',
      path: `${lib}/site-packages/sitecustomize.py`,
      damage: (path) => writeFileSync(path, ''),
    },
    {
      what: 'an extra link',
      kind: 'extra',
      path: `${lib}/site-packages/elsewhere`,
      damage: (path) => symlinkSync('/tmp', path),
    },
    {
      what: 'a lost x bit',
      kind: 'mode',
      path: `bin/python${minor}`,
      damage: (path) => chmodSync(path, 0o644),
    },
    {
      what: 'an x bit too many',
      kind: 'mode',
      path: `${lib}/os.py`,
      damage: (path) => chmodSync(path, 0o755),
    },
    {
      what: 'another link text',
      kind: 'link',
      path: 'bin/python3',
      damage: (path) => relink(path, '/usr/bin/python3'),
    },
    {
      what: 'a link that became the file it led to',
      kind: 'link',
      path: 'bin/python',
      damage: (path) => {
        rmSync(path)
        copyFileSync(join(path, `../python${minor}`), path)
      },
    },
    {
      what: 'a file that became a link to its like',
      kind: 'link',
      path: `${lib}/types.py`,
      damage: (path) => {
        copyFileSync(path, join(directory.path, 'types.py'))
        relink(path, join(directory.path, 'types.py'))
      },
    },
    {
      what: 'byte code without its source',
      kind: 'extra',
      path: `${lib}/__pycache__/gone.${tag}.pyc`,
      damage: writeDeep,
    },
  ]

  it.each(damages)('names $what and nothing else', async ({ kind, path, damage }) => {
    const absolute = join(prefix, path)
    const backup = join(directory.path, 'backup')
    rmSync(backup, { recursive: true, force: true })
    const isThere = kind !== 'extra'
    if (isThere) await copyTree(absolute, backup)
    damage(absolute)

    const found = await verify('--json')
    const forPeople = await verify()
    rmSync(absolute, { force: true })
    if (isThere) await copyTree(backup, absolute)

    expect(found.json<Verification>()).toMatchObject({
      ok: false,
      problems: [{ path, kind }],
      notes: [],
    })
    expect(found.exitCode).toBe(1)
    expect(forPeople.stdout).toContain(path)
    expect(forPeople.exitCode).toBe(1)
  })

  it('names a folder’s files when the folder is gone or a file', async () => {
    const folder = join(prefix, lib, 'wsgiref')
    const names = ['__init__', 'handlers', 'headers', 'simple_server', 'types', 'util', 'validate']
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')

    const { exitCode, json } = await verify('--json')
    rmSync(folder)
    await copyTree(
      join(
        inject('cliEnv')['PYEMBED_DATA_DIR'] ?? '',
        'store',
        json<Verification>().pinId,
        'prefix',
        lib,
        'wsgiref',
      ),
      folder,
    )

    expect(json<Verification>().problems).toEqual([
      { path: `${lib}/wsgiref`, kind: 'extra' },
      ...names.map((name) => ({ path: `${lib}/wsgiref/${name}.py`, kind: 'missing' })),
    ])
    expect(exitCode).toBe(1)
  })

  it('notes byte code of a known source and accepts it', async () => {
    const pyc = `${lib}/__pycache__/os.${tag}.pyc`
    writeDeep(join(prefix, pyc))

    const { exitCode, json } = await verify('--json')
    rmSync(join(prefix, pyc))

    expect(json<Verification>()).toMatchObject({ ok: true, problems: [], notes: [pyc] })
    expect(exitCode).toBe(0)
  })

  it('checks other targets with their own inventories', async () => {
    const { json } = await verify('--json', '--target', windows)

    expect(json<Verification>()).toMatchObject({ ok: true, problems: [], notes: [] })
  })

  it('found nothing left by these tests', async () => {
    expect((await verify('--json')).json<Verification>().problems).toEqual([])
    expect(readlinkSync(join(prefix, 'bin/python'))).toBe(`python${minor}`)
  })
})

function relink(path: string, text: string): void {
  rmSync(path)
  symlinkSync(text, path)
}

function writeDeep(path: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, '')
}
