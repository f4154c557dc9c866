import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'

import { cleanEnvironment } from '../helpers/cli.ts'
import { linkPrefix, sharedResult } from '../helpers/prefix.ts'
import { linux } from '../helpers/project.ts'
import { cut } from '../helpers/soak.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds } from './pythons.ts'

const odd = 'Fußgänger & Söhne/日本 #1 (neu)'
const cases = cut(
  builds.flatMap((build) => ['plain', odd].map((place) => ({ ...build, place }))),
  0,
  3,
)

describe.each(cases)('Python $version for Linux x86_64 in $place', ({ build, minor, place }) => {
  const directory = sharedDirectory('linux')
  let prefix = ''
  beforeAll(async () => {
    prefix = await linkPrefix(build, linux, join(directory.path, place))
  })

  const run = async (
    program: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<string> => {
    const { stdout } = await execa(join(prefix, program), args, {
      cwd: directory.path,
      env: { ...cleanEnvironment(), ...env },
      extendEnv: false,
    })
    return stdout
  }

  it('imports numpy and the modules with libraries of their own', async () => {
    const program = 'import numpy, ssl, sqlite3, ctypes, lzma; print(numpy.arange(3).sum())'

    expect(await run(`bin/python${minor}`, ['-I', '-B', '-c', program])).toBe('3')
  })

  it('takes its prefix from where it is', async () => {
    const program = 'import sys; print(sys.prefix); print(sys.base_prefix)'

    expect(await run('bin/python3', ['-I', '-c', program])).toBe(`${prefix}\n${prefix}`)
  })

  it.each([
    ['bin/python', '-m', 'pip', '--version'],
    ['bin/pip', '--version'],
    ['bin/pip3', '--version'],
    [`bin/pip${minor}`, '--version'],
  ])('has the locked pip: %s %s', async (program, ...args) => {
    const locked = sharedResult(build, linux).packages.find(({ name }) => name === 'pip')?.version
    const site = join(prefix, `lib/python${minor}/site-packages/pip`)

    expect(await run(program, args)).toBe(`pip ${locked} from ${site} (python ${minor})`)
  })

  it('starts the commands of installed packages', async () => {
    expect(await run('bin/tqdm', ['--version'])).toMatch(/^\d+\.\d+/)
    expect(await run('bin/numpy-config', ['--version'])).toMatch(/^2\./)
  })

  it('lists its packages with records that pip accepts', async () => {
    const listed = JSON.parse(await run('bin/pip', ['list', '--format', 'json'])) as object[]

    for (const { name, version } of sharedResult(build, linux).packages)
      expect(listed).toContainEqual({ name, version })
    expect(await run('bin/pip', ['check'])).toContain('No broken requirements found')
  })

  describeWithTools(['cc'], 'with the system’s C compiler', () => {
    it('builds and imports a C extension from an sdist in a venv', async () => {
      const venv = join(directory.path, 'venv')
      const log = join(directory.path, 'cc.log')
      const tools = makeLoggingCompiler(join(directory.path, 'tools'), log)
      await run('bin/python', ['-m', 'venv', '--without-pip', venv])

      await run(
        'bin/python',
        ['-m', 'pip', '--python', venv, 'install', '--no-binary', 'MarkupSafe', 'MarkupSafe'],
        { PATH: `${tools}${delimiter}${process.env['PATH']}`, PIP_NO_CACHE_DIR: '1' },
      )
      const imported = await execa(
        join(venv, 'bin/python'),
        ['-I', '-c', 'from markupsafe import _speedups; print(_speedups.__file__)'],
        { env: cleanEnvironment(), extendEnv: false },
      )

      const tag = `cpython-${minor.replace('.', '')}-x86_64-linux-gnu`
      const site = join(venv, `lib/python${minor}/site-packages`)
      expect(imported.stdout).toBe(join(site, `markupsafe/_speedups.${tag}.so`))
      expect(readFileSync(log, 'utf8').split('\n')).toContain(
        `-I${join(prefix, `include/python${minor}`)}`,
      )
    })
  })
})

/** A `cc` that writes its arguments to a log, one a line, and compiles. Returns its folder. */
function makeLoggingCompiler(folder: string, log: string): string {
  mkdirSync(folder)
  const compiler = join(folder, 'cc')
  writeFileSync(compiler, `#!/bin/sh\nprintf '%s\\n' "$@" >> "${log}"\nexec /usr/bin/cc "$@"\n`)
  chmodSync(compiler, 0o755)
  return folder
}
