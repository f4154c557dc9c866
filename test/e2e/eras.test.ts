import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'
import { describe, expect, inject, it } from 'vitest'

import type { EraWarning } from '../../src/project/era-warnings.ts'
import { erasOf } from '../../src/releases/eras.ts'
import { runCli } from '../helpers/cli.ts'
import { readMacho } from '../helpers/macho.ts'
import { linux, writeManifest } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds } from './pythons.ts'

/** Whether the Python of a build in a prefix has a fault, by looking at its files. */
type Look = (prefix: string, minor: string) => boolean | Promise<boolean>

// Not looked at: pkg-config-prefix and terminfo-case, as the test mirror makes these files itself.
const looks: readonly (readonly [id: string, targets: readonly string[], look: Look])[] = [
  [
    'leaked-symbols',
    [linux, 'aarch64-unknown-linux-gnu'],
    (prefix, minor) => {
      const library = join(prefix, `lib/libpython${minor}.so.1.0`)
      const args = ['--dyn-syms', '--wide', library]
      const exported = execFileSync('readelf', args, { encoding: 'utf8', maxBuffer: 64 << 20 })
      expect(exported).toMatch(/ Py_InitializeFromConfig$/m)
      return /FUNC +GLOBAL +DEFAULT +\d+ (?:my_free|getSPAMANDEGGS)$/m.test(exported)
    },
  ],
  [
    'linux-shared-interpreter',
    [linux, 'aarch64-unknown-linux-gnu'],
    (prefix, minor) => {
      const args = ['--dynamic', join(prefix, `bin/python${minor}`)]
      const dynamic = execFileSync('readelf', args, { encoding: 'utf8' })
      expect(dynamic).toMatch(/NEEDED.*libc\.so/)
      return /NEEDED.*libpython/.test(dynamic)
    },
  ],
  [
    'rhel-certificates',
    [linux, 'aarch64-unknown-linux-gnu'],
    (prefix, minor) =>
      !readFileSync(join(prefix, `lib/python${minor}/ssl.py`), 'utf8').includes(
        '"/etc/pki/tls/cert.pem"',
      ),
  ],
  [
    'header-padding',
    ['aarch64-apple-darwin', 'x86_64-apple-darwin'],
    // PBS asks the linker for 64 bytes since then.
    (prefix, minor) => sliceOf(join(prefix, `bin/python${minor}`)).headerRoom < 64,
  ],
  [
    'macos-shared-interpreter',
    ['aarch64-apple-darwin', 'x86_64-apple-darwin'],
    (prefix, minor) => {
      const { loads } = sliceOf(join(prefix, `bin/python${minor}`))
      expect(loads.length).toBeGreaterThan(0)
      return loads.some((name) => name.includes('libpython'))
    },
  ],
  [
    'sysconfig',
    [linux, 'aarch64-unknown-linux-gnu', 'aarch64-apple-darwin', 'x86_64-apple-darwin'],
    (prefix, minor) => {
      const folder = join(prefix, `lib/python${minor}`)
      const name = readdirSync(folder).find((file) => file.startsWith('_sysconfigdata_')) ?? ''
      return readFileSync(join(folder, name), 'utf8').includes('"prefix": "/install"')
    },
  ],
]

function sliceOf(path: string) {
  const [slice] = readMacho(path)
  if (slice === undefined) throw new Error(`${path} is no Mach-O file`)
  return slice
}

describe.each(builds)(
  'what is wrong with Python $version of build $build',
  ({ version, minor, build }) => {
    const prefixOf = (wanted: string): string =>
      inject('projects')[build]?.results.find(({ target }) => target === wanted)?.prefix ?? 'none'
    const isListed = (id: string, target: string): boolean =>
      erasOf({ build, version, target }).some(
        (shortcoming) => id === shortcoming.id.replace(/-3\..*/, ''),
      )

    describeWithTools(['readelf'], 'in its files', () => {
      it.each(
        looks.flatMap(([id, targets, look]) => targets.map((target) => ({ id, target, look }))),
      )('is as the table says: $id, $target', async ({ id, target, look }) => {
        expect(await look(prefixOf(target), minor)).toBe(isListed(id, target))
      })
    })

    describeWithTools(['cc'], 'when it is embedded', () => {
      it('is as the table says: getpath', async () => {
        const prefix = prefixOf(linux)
        const folder = temporaryDirectory('getpath')
        const program = join(folder, 'program')
        writeFileSync(
          join(folder, 'main.c'),
          '#include <Python.h>\nint main(void) { Py_Initialize(); return PyRun_SimpleString("import json, sys; print(sys.prefix, flush=True)"); }\n',
        )
        const flags = [
          `-I${prefix}/include/python${minor}`,
          `-L${prefix}/lib`,
          `-lpython${minor}`,
          `-Wl,-rpath,${prefix}/lib`,
        ]
        await execa('cc', [join(folder, 'main.c'), ...flags, '-o', program])

        // No PATH: a Python that lies there would be asked for its standard library.
        const { exitCode, stdout, stderr } = await execa(program, {
          env: { PATH: '/nonexistent', PYTHONDONTWRITEBYTECODE: '1' },
          extendEnv: false,
          reject: false,
        })

        if (isListed('getpath', linux))
          expect({ exitCode, stderr }).toEqual({
            exitCode: 1,
            stderr: expect.stringContaining('encodings'),
          })
        else expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: prefix })
      })
    })
  },
)

describe('a lock of an old build', () => {
  const isWarning = /^warning: build 20241219: .*\(x86_64-unknown-linux-gnu\).*$/gm

  it('warns once for each thing, and names a better build', async () => {
    const project = writeManifest(temporaryDirectory('eras'), {
      version: '3.11',
      build: '20241219',
    })
    const run = (...args: readonly string[]) =>
      runCli(args, { cwd: project, env: inject('cliEnv') })

    const locked = await run('lock', '--json')
    const again = await run('lock', '--quiet')
    const synced = await run('sync')

    const { warnings } = locked.json<{ warnings: EraWarning[] }>()
    expect(warnings.map(({ id, better }) => ({ id, better }))).toEqual(
      ['leaked-symbols', 'rhel-certificates'].map((id) => ({
        id,
        better: { build: '20260814', version: '3.11.16' },
      })),
    )
    expect(locked.stderr.match(isWarning)).toHaveLength(2)
    expect(again.stderr.match(isWarning)).toEqual(locked.stderr.match(isWarning))
    expect(again.stderr).toContain('Write `build = "20260814"` into `[python]`')
    expect(synced).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('warning') })
  })

  it('warns when it is made by sync', async () => {
    const project = writeManifest(temporaryDirectory('eras'), {
      version: '3.11',
      build: '20241219',
    })

    const { exitCode, stderr } = await runCli(['sync'], { cwd: project, env: inject('cliEnv') })

    expect(exitCode).toBe(0)
    expect(stderr.match(isWarning)).toHaveLength(2)
  })

  it('says nothing when the build is a good one for its targets', async () => {
    const project = writeManifest(temporaryDirectory('eras'))

    const { json, stderr } = await runCli(['lock', '--json'], {
      cwd: project,
      env: inject('cliEnv'),
    })

    expect(json<{ warnings: unknown }>().warnings).toEqual([])
    expect(stderr).not.toContain('warning')
  })
})
