import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'

import { cleanEnvironment } from '../helpers/cli.ts'
import { linkPrefix, readInventoryFiles, sharedResult } from '../helpers/prefix.ts'
import { linux } from '../helpers/project.ts'
import { pageHashes } from '../helpers/page-hashes.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds, targets } from './pythons.ts'

/** Folders of the machines that built the Pythons, and of where they were installed there. */
const foreign =
  /(?<![\w./-])\/(?:install|build|tools|tmp|home|Users|root|opt|mnt|var\/folders|private|Applications|Library|usr\/local)(?=\/|$|[\s'"])/

/** Values that may name such a folder. */
const exceptions: Readonly<Record<string, string>> = {
  userbase: 'the home folder of the user who runs Python, asked at run time',
}

const printVariables = 'import json, sysconfig; print(json.dumps(sysconfig.get_config_vars()))'

/** Executes _sysconfigdata*.py as the target's Python would import it. */
const runSysconfigData =
  "import json, runpy, sys; print(json.dumps(runpy.run_path(sys.argv[1])['build_time_vars']))"

/** Variables that name a foreign folder or one of `places`; the prefix itself is taken out before. */
function offenders(values: string, prefix: string, places: readonly string[]): readonly string[] {
  return Object.entries(JSON.parse(values) as Record<string, unknown>)
    .filter(([name]) => !Object.hasOwn(exceptions, name))
    .map(([name, value]) => `${name}=${String(value).replaceAll(prefix, '<prefix>')}`)
    .filter((line) => foreign.test(line.replace('=', ' ')) || places.some((p) => line.includes(p)))
}

describe.each(builds)('a moved Python $version', ({ build, minor }) => {
  const directory = sharedDirectory('moved')
  const prefixes = new Map<string, string>()
  beforeAll(async () => {
    for (const target of targets.filter((name) => !name.includes('windows'))) {
      prefixes.set(target, await linkPrefix(build, target, join(directory.path, 'there', target)))
    }
  })

  const moved = (target: string): string => prefixes.get(target) ?? ''
  const oldPlaces = (target: string): readonly string[] => [
    sharedResult(build, target).storeEntry,
    basename(sharedResult(build, target).storeEntry),
  ]

  it('has no sysconfig value of another place', async () => {
    const { stdout } = await execa(
      join(moved(linux), `bin/python${minor}`),
      ['-I', '-B', '-c', printVariables],
      { env: cleanEnvironment(), extendEnv: false },
    )

    expect(offenders(stdout, moved(linux), oldPlaces(linux))).toEqual([])
    expect(JSON.parse(stdout)).toMatchObject({
      prefix: moved(linux),
      LIBDIR: join(moved(linux), 'lib'),
      INCLUDEPY: join(moved(linux), `include/python${minor}`),
      CC: expect.stringMatching(/^cc\b/),
    })
  })

  describeWithTools(['qemu-aarch64-static'], 'on aarch64', () => {
    const target = 'aarch64-unknown-linux-gnu'
    it('has no sysconfig value of another place', async () => {
      const { stdout } = await execa(
        'qemu-aarch64-static',
        ['-L', '/usr/aarch64-linux-gnu', join(moved(target), `bin/python${minor}`)].concat([
          '-I',
          '-B',
          '-c',
          printVariables,
        ]),
        { env: cleanEnvironment(), extendEnv: false },
      )

      expect(offenders(stdout, moved(target), oldPlaces(target))).toEqual([])
    })
  })

  it.each(targets.filter((name) => name.includes('apple')))(
    'has no sysconfig value of another place: %s',
    async (target) => {
      const data = join(moved(target), `lib/python${minor}/_sysconfigdata__darwin_darwin.py`)
      const { stdout } = await execa(
        join(moved(linux), `bin/python${minor}`),
        ['-I', '-B', '-c', runSysconfigData, data],
        { env: cleanEnvironment(), extendEnv: false },
      )

      expect(offenders(stdout, moved(target), oldPlaces(target))).toEqual([])
      expect(JSON.parse(stdout)).toMatchObject({ LIBDIR: join(moved(target), 'lib') })
    },
  )

  it.each(targets)('has no .pc file and no script with a fixed place: %s', (target) => {
    const { storeEntry, prefix } = sharedResult(build, target)
    const texts = Object.entries(readInventoryFiles(storeEntry))
      .filter(([path, { link }]) => link === undefined && /^bin\/|\.pc$/.test(path))
      .map(([path]) => ({ path, text: readFileSync(join(prefix, path), 'latin1') }))

    const pkgConfig = texts.filter(({ path }) => path.endsWith('.pc'))
    const shebangs = texts.filter(({ text }) => text.startsWith('#!'))
    const mayBe = /^#! ?(?:\/bin\/sh|\/usr\/bin\/env\b.*)\n/

    if (!target.includes('windows')) {
      expect(pkgConfig.length).toBeGreaterThan(0)
      expect(shebangs.length).toBeGreaterThan(3)
    }
    expect(pkgConfig.filter(({ text }) => foreign.test(text) || text.includes(storeEntry))).toEqual(
      [],
    )
    expect(shebangs.filter(({ text }) => !mayBe.test(text)).map(({ path }) => path)).toEqual([])
  })

  describeWithTools(['llvm-otool-19'], 'linked on macOS', () => {
    it.each(['aarch64-apple-darwin', 'x86_64-apple-darwin'])(
      'has a library that is looked for below run-time paths, with a signature as it was: %s',
      (target) => {
        const library = join(moved(target), `lib/libpython${minor}.dylib`)

        expect(execFileSync('llvm-otool-19', ['-D', library], { encoding: 'utf8' })).toMatch(
          new RegExp(`^@rpath/libpython${minor}\\.dylib$`, 'm'),
        )
        const [slices = []] = pageHashes([library])
        // ld signs for arm64 alone.
        const isSigned = target.startsWith('aarch64')
        expect(slices.map((slice) => slice?.wrong)).toEqual([isSigned ? [] : undefined])
      },
    )
  })

  describeWithTools(['pkg-config'], 'asked through pkg-config', () => {
    it.each(['plain', 'with space'])('gives folders that are there: %s', async (name) => {
      const prefix = await linkPrefix(build, linux, join(directory.path, name))

      const { stdout } = await execa(
        'pkg-config',
        ['--cflags', '--libs', `python-${minor}-embed`],
        { env: { PKG_CONFIG_PATH: join(prefix, 'lib/pkgconfig') } },
      )
      const folders = await existingFolders(stdout)

      expect(folders).toEqual({
        include: [join(prefix, `include/python${minor}`)],
        library: [join(prefix, 'lib')],
      })
    })
  })

  it.each(['plain config', 'a b', '#hash', 'x&y', "it's", 'say "hi"', '$HOME', 'ünï', '(b) [c]*'])(
    'has a python-config that a shell can use: %s',
    async (name) => {
      const prefix = await linkPrefix(build, linux, join(directory.path, 'config', name))

      const { stdout } = await execa(join(prefix, `bin/python${minor}-config`), [
        '--includes',
        '--ldflags',
        '--embed',
      ])
      const folders = await existingFolders(stdout)

      expect(new Set(folders.include)).toEqual(new Set([join(prefix, `include/python${minor}`)]))
      expect(new Set(folders.library)).toEqual(new Set([join(prefix, 'lib')]))
      expect(stdout).toContain(`-lpython${minor}`)
    },
  )
})

/** The folders of `-I` and `-L` in what a shell makes of the text, which must be there. */
async function existingFolders(
  text: string,
): Promise<{ include: readonly string[]; library: readonly string[] }> {
  const { stdout } = await execa('sh', [
    '-c',
    'set -f; eval "set -- $1"; for argument; do printf "%s\\n" "$argument"; done',
    'sh',
    text.replaceAll('\n', ' '),
  ])
  const folders = (flag: string): readonly string[] =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith(flag))
      .map((line) => {
        const folder = line.slice(2)
        expect(readdirSync(folder)).not.toEqual([])
        return join(folder)
      })
  return { include: folders('-I'), library: folders('-L') }
}
