import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { Lock } from '../../src/lock/lock.ts'
import { cleanEnvironment, type CliResult } from '../helpers/cli.ts'
import { sharedProject } from '../helpers/prefix.ts'
import { linux } from '../helpers/project.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { listTree } from '../helpers/tree.ts'
import { type InstalledApp, installApp, type VenvJson } from '../helpers/venv.ts'
import { makeWheel } from '../helpers/wheel.ts'
import { builds } from './pythons.ts'

/** What `python -m venv --without-pip` has beside an environment of ours, and the reverse (docs/venv-contract.md). */
const differences =
  /^(?:bin\/(?:[aA]ctivate.*|𝜋thon)|\.gitignore|pyembed-venv\.json|lib\/python3\.\d+\/site-packages\/pip\/__init__\.py)$/

const look = `
import os, site, sys, sysconfig
for value in [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, sys.executable, sys._base_executable,
              *sys.path, *site.getsitepackages(), *sysconfig.get_paths().values(), site.ENABLE_USER_SITE]:
    print(value)`

describe.each(builds)(
  'environments of an app with Python $version',
  ({ version, minor, build }) => {
    const directory = sharedDirectory('venv')
    let app: InstalledApp
    let wheels = ''
    beforeAll(() => {
      app = installApp(join(directory.path, 'an "app" $(touch x) `touch x`: ü'), { version, build })
      wheels = join(directory.path, 'wheels')
      mkdirSync(wheels)
      copyWheel(build, 'tqdm', wheels)
      for (const of of ['1.0', '2.0']) makeGreeter(wheels, of)
      const old = { 'numpy/__init__.py': '__version__ = "1.26.4"\n' }
      makeWheel(wheels, { name: 'numpy', version: '1.26.4', files: old })
    })

    const run = (program: string, ...args: string[]): string =>
      execFileSync(program, args, {
        encoding: 'utf8',
        cwd: directory.path,
        env: cleanEnvironment(),
      }).trim()
    const create = async (name: string, ...flags: string[]): Promise<VenvJson> => {
      const { exitCode, stderr, json } = await app.venv('create', name, '--json', ...flags)
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      return json<VenvJson>()
    }
    const install = (name: string, ...args: string[]): Promise<CliResult> =>
      app.venv('install', name, '--json', '--offline', '--find-links', wheels, '--', ...args)
    const byHand = ['-m', 'pip', '--disable-pip-version-check']
    const links = (): string[] => ['--no-index', '--find-links', wheels]

    it.each([
      ['base', ['--system-site-packages']],
      ['none', []],
    ])('are what python -m venv makes, with --inherit %s', async (inherit, flags) => {
      const { path, python } = await create(`like-${inherit}`, '--inherit', inherit)
      const theirs = join(directory.path, `theirs ${inherit}`)
      run(join(app.prefix, `bin/python${minor}`), '-m', 'venv', '--without-pip', ...flags, theirs)

      expect(names(path)).toEqual(names(theirs))
      expect(cfg(path)).toEqual(cfg(theirs))
      const seen = (program: string, root: string): string =>
        run(program, '-c', look).replaceAll(root, 'VENV')
      expect(seen(python, path)).toBe(seen(join(theirs, 'bin/python'), theirs))
      expect(seen(python, path)).toMatch(/^VENV\nVENV\n/)
    })

    it('are made once, and found', async () => {
      const first = await create('once')
      const again = await create('once')

      expect(again).toEqual({ ...first, created: false })
      expect(first).toEqual({
        app: 'Workbench',
        name: 'once',
        created: true,
        key: expect.stringMatching(/^[0-9A-F]{16}$/),
        path: join(app.dataHome, 'Workbench_venvs', first.key, 'once'),
        python: join(first.path, 'bin/python'),
      })
      expect((await app.venv('path', 'once', '--json')).json()).toEqual(again)
      expect((await app.venv('path', 'once')).stdout).toBe(first.path)
    })

    it('take packages with scripts, newer ones, and lose them', async () => {
      const { path, python } = await create('packages', '--inherit', 'none')
      const greet = join(path, 'bin/greet')
      const packages = async (): Promise<unknown> =>
        (await app.list()).find(({ name }) => name === 'packages')?.packages

      const { exitCode, stderr } = await install('packages', 'greeter<2', 'tqdm')
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
      expect(run(greet)).toBe(`hello 1.0 ${path}`)
      expect(run(join(path, 'bin/tqdm'), '--version')).toBe('4.70.1')
      expect((await app.venv('run', 'packages', '--', 'greet')).stdout).toBe(`hello 1.0 ${path}`)
      expect(listTree(path).filter((file) => file.includes('.tmp-'))).toEqual([])
      expect(readFileSync(greet, 'utf8')).not.toContain('.tmp-')

      const newer = await install('packages', '--upgrade', 'greeter')
      // After `--` all are requirements: pip is told by a flag.
      expect(newer.exitCode).toBe(1)
      expect(
        (
          await app.venv(
            'install',
            'packages',
            '--upgrade',
            '--offline',
            'greeter',
            '--find-links',
            wheels,
          )
        ).exitCode,
      ).toBe(0)
      expect(run(greet)).toBe(`hello 2.0 ${path}`)
      expect(await packages()).toEqual([
        { name: 'greeter', version: '2.0' },
        { name: 'tqdm', version: '4.70.1' },
      ])

      run(python, ...byHand, 'uninstall', '-y', 'greeter')
      run(python, ...byHand, 'check')
      expect(existsSync(greet)).toBe(false)
      run(python, ...byHand, 'install', ...links(), 'greeter==1.0')
      expect(await packages()).toContainEqual({ name: 'greeter', version: '1.0' })
      // Scripts of pip itself name their interpreter, which a shell would read in this path.
      expect(run(python, '-c', 'import greeter; greeter.main()')).toBe(`hello 1.0 ${path}`)
    })

    it('keep the numpy of the app, or have one of their own', async () => {
      const numpy = ['-c', 'import numpy; print(numpy.__version__, numpy.__file__)']
      const { path, python } = await create('with-base')
      await create('without', '--inherit', 'none')
      const own = run(python, ...numpy)
      const before = listTree(path)

      const refused = await install('with-base', 'numpy<2')
      expect(refused.exitCode).toBe(1)
      expect(/error\[(\w+)\]/.exec(refused.stderr)?.[1]).toBe('PYEMBED_VENV_INSTALL_FAILED')
      expect(refused.stderr).toMatch(/hint: .*--inherit none/)
      expect(listTree(path)).toEqual(before)
      expect(run(python, ...numpy)).toBe(own)
      expect(own).toContain(app.prefix)

      expect((await install('without', 'numpy<2')).exitCode).toBe(0)
      expect((await app.venv('run', 'without', '--', 'python', ...numpy)).stdout).toMatch(
        /^1\.26\.4 .*without/,
      )
      expect(run(python, ...numpy)).toBe(own)
    })
  },
)

/** Files and links that both sides have to have. */
function names(root: string): readonly string[] {
  return listTree(root).filter((line) => !differences.test(line.replace(/ -> .*/, '')))
}

/** Lines of pyvenv.cfg that both sides have to have. */
function cfg(root: string): readonly string[] {
  const lines = readFileSync(join(root, 'pyvenv.cfg'), 'utf8').split('\n')
  return lines.filter((line) => !/^(?:command|pyembed-)/.test(line))
}

/** A wheel that the shared sync has fetched. */
function copyWheel(build: string, name: string, to: string): void {
  const lock = JSON.parse(readFileSync(join(sharedProject(build), 'pyembed.lock'), 'utf8')) as Lock
  const found = lock.targets[linux]?.packages.find((each) => each.name === name)
  if (found === undefined) throw new Error(`the lock has no ${name}`)
  const downloads = join(inject('cliEnv')['PYEMBED_CACHE_DIR'] ?? '', 'downloads')
  cpSync(join(downloads, found.sha256), join(to, found.wheel))
}

function makeGreeter(to: string, version: string): void {
  makeWheel(to, {
    name: 'greeter',
    version,
    files: {
      'greeter.py': `import sys\ndef main():\n    print("hello ${version}", sys.prefix)\n`,
      'dist-info/entry_points.txt': '[console_scripts]\ngreet = greeter:main\n',
    },
  })
}
