import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'
import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { SyncResult } from '../../src/project/sync-state.ts'
import { cleanEnvironment, cliPath } from '../helpers/cli.ts'
import { readMacho } from '../helpers/macho.ts'
import { copySharedProject, readInventoryFiles, sharedResult } from '../helpers/prefix.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { builds, targets } from './pythons.ts'

const cases = builds.flatMap(({ version, build, minor }) =>
  targets.map((target) => ({ version, build, minor, target })),
)

/** What find, stat, readlink and sha256sum say of a tree, in the words of inventory.json. */
async function listWithCoreutils(prefix: string): Promise<Record<string, unknown>> {
  const shell = (script: string): Promise<{ stdout: string }> =>
    execa('sh', ['-c', script], { cwd: prefix, maxBuffer: 64 * 1024 * 1024 })
  const lines = async (script: string): Promise<string[]> =>
    (await shell(script)).stdout.split('\n').filter((line) => line !== '')

  const listed: Record<string, unknown> = {}
  const hashes = new Map(
    (await lines('find . -type f -print0 | xargs -0 sha256sum')).map((line) => [
      line.slice(68),
      line.slice(0, 64),
    ]),
  )
  for (const line of await lines("find . -type f -print0 | xargs -0 stat -c '%a %s %n'")) {
    const [, octal = '', size = '', path = ''] = /^(\d+) (\d+) \.\/(.*)$/s.exec(line) ?? []
    const mode = (Number.parseInt(octal, 8) & 0o111) === 0 ? '0644' : '0755'
    listed[path] = { mode, sha256: hashes.get(path), size: Number(size) }
  }
  const links = await lines('find . -type l -print -exec readlink {} ";"')
  for (let index = 0; index < links.length; index += 2) {
    listed[links[index]?.slice(2) ?? ''] = { link: links[index + 1] }
  }
  const others = await lines('find . ! -type f ! -type l ! -type d')
  expect(others).toEqual([])
  return listed
}

describe.each(cases)('inventory.json of $version for $target', ({ build, minor, target }) => {
  it('is what find, stat, readlink and sha256sum list', async () => {
    const { storeEntry, prefix } = sharedResult(build, target)

    expect(readInventoryFiles(storeEntry)).toEqual(await listWithCoreutils(prefix))
  })

  it('holds one numpy, built for that platform', () => {
    const { prefix } = sharedResult(build, target)
    const digits = minor.replace('.', '')
    const site = target.includes('windows')
      ? 'Lib/site-packages'
      : `lib/python${minor}/site-packages`
    const core = join(prefix, site, 'numpy/_core')

    const suffixes = readdirSync(core)
      .filter((name) => /^_multiarray_umath\..*(?:so|pyd)$/.test(name))
      .map((name) => name.replace('_multiarray_umath.', ''))

    const expected = {
      'x86_64-unknown-linux-gnu': `cpython-${digits}-x86_64-linux-gnu.so`,
      'aarch64-unknown-linux-gnu': `cpython-${digits}-aarch64-linux-gnu.so`,
      'aarch64-apple-darwin': `cpython-${digits}-darwin.so`,
      'x86_64-apple-darwin': `cpython-${digits}-darwin.so`,
      'x86_64-pc-windows-msvc': `cp${digits}-win_amd64.pyd`,
    }[target]
    expect(suffixes).toEqual([expected])
    expect(
      readdirSync(join(prefix, site)).filter((name) => /^numpy-.*\.dist-info$/.test(name)),
    ).toHaveLength(1)
  })
})

describe.each(cases)('binaries of $version for $target', ({ build, target }) => {
  it('are all of the target’s format and architecture', async () => {
    const { prefix } = sharedResult(build, target)
    const { stdout } = await execa('find', [prefix, '-type', 'f', '-print0'], {
      maxBuffer: 64 * 1024 * 1024,
    })
    // What it says of texts, which are most, takes it most of the time.
    const withoutTexts = ['text', 'encoding', 'json', 'csv', 'tar'].flatMap((test) => ['-e', test])
    const { stdout: kinds } = await execa('file', [...withoutTexts, '-b', '-f', '-'], {
      input: stdout.replaceAll('\0', '\n'),
      maxBuffer: 64 * 1024 * 1024,
    })
    const binary = /^(?:ELF|Mach-O|PE32)/
    const wanted = {
      'x86_64-unknown-linux-gnu': /^ELF 64-bit LSB .*, x86-64,/,
      'aarch64-unknown-linux-gnu': /^ELF 64-bit LSB .*, ARM aarch64,/,
      'aarch64-apple-darwin': /^Mach-O (?:universal binary with 1 architecture: \[|64-bit )arm64\b/,
      'x86_64-apple-darwin': /^Mach-O (?:universal binary with 1 architecture: \[|64-bit )x86_64\b/,
      'x86_64-pc-windows-msvc': /^PE32\+ executable .*x86-64/,
    }[target]
    const paths = stdout.split('\0').map((path) => path.slice(prefix.length + 1))
    const found = kinds
      .split('\n')
      .map((kind, index) => ({ path: paths[index] ?? '', kind }))
      // pip and setuptools carry launchers for every Windows.
      .filter(
        ({ path, kind }) =>
          binary.test(kind) &&
          !/site-packages\/(?:pip\/_vendor\/distlib|setuptools)\/[^/]+\.exe$/.test(path),
      )

    expect(found.length).toBeGreaterThan(15)
    expect(found.filter(({ kind }) => !wanted.test(kind))).toEqual([])
  })
})

const macTargets = targets.filter((target) => target.includes('apple'))

describe.each(builds)('Mach-O files of $version', ({ build }) => {
  it.each(macTargets)('load on macOS 11.0: %s', (target) => {
    const { storeEntry, prefix } = sharedResult(build, target)
    const slices = Object.entries(readInventoryFiles(storeEntry))
      .filter(([, { link }]) => link === undefined)
      .flatMap(([path]) => readMacho(join(prefix, path)).map((slice) => ({ path, ...slice })))

    expect(slices.length).toBeGreaterThan(15)
    expect(slices.filter(({ minimumMacos = '99' }) => Number(minimumMacos) > 11)).toEqual([])
  })
})

describe('a sync elsewhere: other store, other folder, TZ=Asia/Tokyo, umask 077', () => {
  const directory = sharedDirectory('elsewhere')
  const synced = new Map<string, readonly SyncResult[]>()
  beforeAll(async () => {
    for (const { build } of builds) {
      const project = copySharedProject(build, join(directory.path, `project ${build}`))
      const { stdout } = await execa(
        'sh',
        [
          '-c',
          'umask 077; exec "$@"',
          'sh',
          process.execPath,
          cliPath,
          'sync',
          '--all-targets',
          '--json',
        ],
        {
          cwd: project,
          extendEnv: false,
          env: {
            ...cleanEnvironment(),
            ...inject('cliEnv'),
            PYEMBED_DATA_DIR: join(directory.path, 'data'),
            TZ: 'Asia/Tokyo',
          },
        },
      )
      synced.set(build, JSON.parse(stdout) as SyncResult[])
    }
  })

  it.each(cases)('gives the same inventory.json: $version $target', async ({ build, target }) => {
    const other = synced.get(build)?.find((result) => result.target === target)

    await execa('cmp', [
      join(sharedResult(build, target).storeEntry, 'inventory.json'),
      join(other?.storeEntry ?? '', 'inventory.json'),
    ])
  })

  it.each(cases)(
    'gives files 0644 and 0755, folders 0755: $version $target',
    ({ build, target }) => {
      const { prefix = '', storeEntry = '' } =
        synced.get(build)?.find((result) => result.target === target) ?? {}

      const wrong: string[] = []
      for (const [path, { mode }] of Object.entries(readInventoryFiles(storeEntry))) {
        const folder = lstatSync(join(prefix, path, '..')).mode & 0o7777
        if (folder !== 0o755) wrong.push(`${path}/..`)
        if (mode === undefined) continue
        const real = lstatSync(join(prefix, path)).mode & 0o7777
        if (real !== Number.parseInt(mode, 8)) wrong.push(`${path}: ${real.toString(8)}`)
      }

      expect(wrong).toEqual([])
    },
  )
})
