import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { cleanEnvironment, cliPath, runCli } from '../helpers/cli.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree, writeFiles } from '../helpers/tree.ts'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

/** An environment whose cache and store are in a temporary folder. */
function ownEnvironment() {
  const root = temporaryDirectory()
  return { PYEMBED_DATA_DIR: join(root, 'data'), PYEMBED_CACHE_DIR: join(root, 'cache') }
}

describe('pyembed', () => {
  it('tells its version', async () => {
    expect(await runCli(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: version,
      stderr: '',
    })
  })

  it('lists every command in its help', async () => {
    const { exitCode, stdout } = await runCli(['--help'])

    expect(exitCode).toBe(0)
    for (const command of [
      'init',
      'lock',
      'sync',
      'fetch',
      'verify',
      'cmake',
      'python',
      'store',
      'venv',
    ])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  })

  it.each([
    ['init'],
    ['lock'],
    ['sync'],
    ['fetch'],
    ['verify'],
    ['cmake'],
    ['fixup'],
    ['uninstall'],
  ])('explains %s and its flags', async (command) => {
    const { exitCode, stdout, stderr } = await runCli([command, '--help'])

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain(`Usage: pyembed ${command}`)
    expect(stdout).toContain('--project <dir>')
  })

  it('explains a verb of a group to who asks for help with it', async () => {
    const { exitCode, stdout } = await runCli(['help', 'venv', 'create'])

    expect(exitCode).toBe(0)
    expect(stdout).toContain('Usage: pyembed venv create [options] <name>')
    expect(stdout).toContain('--inherit')
  })

  it.each([
    ['an unknown command', ['instal'], 'instal'],
    ['an unknown flag', ['sync', '--fast'], '--fast'],
    ['a missing value', ['sync', '--target'], '--target'],
    ['an argument too many', ['verify', 'everything'], 'too many arguments'],
    ['an unknown subcommand', ['python', 'install'], 'install'],
    ['flags that exclude each other', ['lock', '--check', '--upgrade'], 'PYEMBED_USAGE'],
    ['an environment without a name', ['venv', 'create'], 'name'],
    ['a way to inherit that is none', ['venv', 'create', 'x', '--inherit', 'all'], '--inherit'],
    ['an installation of nothing', ['venv', 'install', 'x'], 'PYEMBED_USAGE'],
  ])('exits with 2 for %s, and names it', async (_, args, text) => {
    const { exitCode, stdout, stderr } = await runCli(args, {
      cwd: temporaryDirectory(),
      env: ownEnvironment(),
    })

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(text)
  })

  it('names the error that stands for wrong use', async () => {
    const { stderr } = await runCli(['lock', '--check', '--upgrade'])

    expect(/error\[(\w+)\]/.exec(stderr)?.[1]).toBe('PYEMBED_USAGE')
  })

  it('ends quietly when its reader goes away', () => {
    const script = `"$0" "$1" python list --all-builds --all-targets --offline | head -1; echo "status \${PIPESTATUS[0]}"`

    const shown = execFileSync('bash', ['-c', `${script} 2>&1`, process.execPath, cliPath], {
      encoding: 'utf8',
      env: { ...cleanEnvironment(), ...ownEnvironment() },
      stdio: ['ignore', 'pipe', 'pipe'],
    })

    expect(shown.trim().split('\n')).toEqual([expect.stringMatching(/^3\.\d+\.\d+/), 'status 0'])
  })

  it.each([
    ['what it found', ['framework', 'verify', '.']],
    ['what stopped it', ['framework', 'verify', './nowhere']],
  ])('ends as it should when nobody reads %s', (_, args) => {
    // The reader is gone before Node has started.
    const script = `{ "$@" 2>&1; echo "status $?" >&3; } 3>&2 | :`

    const { stderr } = spawnSync(
      'bash',
      ['-c', script, 'bash', process.execPath, cliPath, ...args],
      {
        cwd: temporaryDirectory(),
        encoding: 'utf8',
        env: { ...cleanEnvironment(), ...ownEnvironment() },
      },
    )

    expect(stderr).toBe('status 1\n')
  })

  it.each([{}, { CI: 'true' }, { NO_COLOR: '1' }])(
    'writes no colours where there is no terminal, with %j',
    async (env) => {
      const { stderr } = await runCli(['verify'], { cwd: temporaryDirectory(), env })

      expect(stderr).toMatch(/^error\[PYEMBED_MANIFEST_NOT_FOUND\]: /)
      expect(stderr).not.toContain('\u001b')
    },
  )
})

describe('pyembed init', () => {
  it('writes a manifest that can be read, and ignores .pyembed/', async () => {
    const cwd = temporaryDirectory()

    const { exitCode, json } = await runCli(['init', '--name', 'My "App"', '--json'], { cwd })

    expect(exitCode).toBe(0)
    expect(json()).toMatchObject({
      manifest: join(cwd, 'pyembed.toml'),
      written: [join(cwd, 'pyembed.toml'), join(cwd, '.gitignore')],
    })
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('.pyembed/\n')
    expect((await runCli(['verify'], { cwd })).stderr).toContain('PYEMBED_LOCK_MISSING')
  })

  it('keeps what .gitignore says', async () => {
    const cwd = temporaryDirectory()
    writeFiles(cwd, { '.gitignore': 'build/' })

    await runCli(['init'], { cwd })

    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('build/\n.pyembed/\n')
  })

  it('writes nothing for a version that cannot be', async () => {
    const cwd = temporaryDirectory()

    const { exitCode, stderr } = await runCli(['init', '--python', '2.7'], { cwd })

    expect(exitCode).toBe(1)
    expect(stderr).toContain('PYEMBED_MANIFEST_WRONG_VALUE')
    expect(listTree(cwd)).toEqual([])
  })
})

async function eraIds(args: readonly string[]): Promise<readonly string[]> {
  const { json } = await runCli(['python', 'eras', '--json', ...args])
  return json<{ id: string }[]>().map(({ id }) => id)
}

describe('commands that only look', () => {
  it('store list says that the store is empty, and makes none', async () => {
    const env = ownEnvironment()

    expect((await runCli(['store', 'list'], { env })).stdout).toBe('The store is empty')
    expect((await runCli(['store', 'list', '--json'], { env })).stdout).toBe('[]')
    expect(existsSync(env.PYEMBED_DATA_DIR)).toBe(false)
  })

  it('python eras shows what a build lacks, and all without one', async () => {
    const mitk = ['--build', '20250712', '--python', '3.12.11', '--target', 'x86_64-apple-darwin']
    expect(await eraIds(mitk)).toContain('install-name')
    expect(await eraIds(mitk)).not.toContain('leaked-symbols')
    expect(await eraIds([])).toContain('leaked-symbols')
    expect((await runCli(['python', 'eras', ...mitk])).stdout).toMatch(
      /^20251209 +repaired +macos +install-name /m,
    )
  })

  it.each([
    [['--build', '2026'], 2, 'PYEMBED_USAGE'],
    [['--python', 'latest'], 2, 'PYEMBED_USAGE'],
    [['--target', 'vax'], 1, 'PYEMBED_TARGET_NOT_FOUND'],
  ] as const)('python eras refuses %j', async (args, code, error) => {
    const { exitCode, stderr } = await runCli(['python', 'eras', ...args])

    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringContaining(error) })
  })

  it('python list shows the catalogue without a network', async () => {
    const args = ['python', 'list', '--offline', '--target', 'x86_64-pc-windows-msvc', '--json']

    const { json, stderr } = await runCli(args, { env: ownEnvironment() })

    expect(stderr).toBe('')
    expect(json<unknown[]>()).toContainEqual(
      expect.objectContaining({ version: expect.stringMatching(/^3\.14\./), variant: 'default' }),
    )
  })
})
