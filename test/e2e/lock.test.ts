import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'
import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { Lock } from '../../src/lock/lock.ts'
import { type CliResult, runCli } from '../helpers/cli.ts'
import { copyTree } from '../helpers/prefix.ts'
import { linux, macos, type ManifestOptions, windows, writeManifest } from '../helpers/project.ts'
import { sharedDirectory, temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds } from './pythons.ts'

const run = (cwd: string, args: readonly string[], env = {}): Promise<CliResult> =>
  runCli(args, { cwd, env: { ...inject('cliEnv'), ...env } })

const readLock = (directory: string): Lock =>
  JSON.parse(readFileSync(join(directory, 'pyembed.lock'), 'utf8')) as Lock

/** Each archive and wheel of a lock by what it is for. */
function entriesOf({ tool, targets }: Lock): Record<string, unknown> {
  return Object.fromEntries([
    ...Object.entries(tool).map(([host, archive]) => [`tool ${host}`, archive]),
    ...Object.entries(targets).flatMap(([target, { archive, packages }]) => [
      [`${target} archive`, archive],
      ...packages.map((locked) => [`${target} ${locked.name}`, locked]),
    ]),
  ]) as Record<string, unknown>
}

describe.each(builds)('lock of Python $version', ({ version, build }) => {
  const directory = sharedDirectory('lock')
  const manifest: ManifestOptions = {
    version,
    build,
    targets: [linux, windows],
    requires: ['tqdm'],
  }
  let project = ''
  beforeAll(async () => {
    project = writeManifest(join(directory.path, 'project'), manifest)
    const { exitCode, stderr } = await run(project, ['lock'])
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  })

  /** A copy of the project with its lock, and with another manifest if one is given. */
  const copyProject = async (changes?: ManifestOptions): Promise<string> => {
    const copy = await copyTree(project, join(temporaryDirectory('lock'), 'copy'))
    return changes === undefined ? copy : writeManifest(copy, { ...manifest, ...changes })
  }

  it('takes what a marker asks for on its targets only', () => {
    const names = Object.entries(readLock(project).targets).map(([target, { packages }]) => [
      target,
      packages.map(({ name }) => name),
    ])

    expect(Object.fromEntries(names)).toEqual({
      [linux]: ['pip', 'tqdm'],
      [windows]: ['colorama', 'pip', 'tqdm'],
    })
  })

  it('names no address', () => {
    expect(readFileSync(join(project, 'pyembed.lock'), 'utf8')).not.toMatch(/https?:|\/\//)
  })

  it('changes no other entry when a package is added', async () => {
    const copy = await copyProject({ requires: ['tqdm', 'six'] })

    const { exitCode, stdout } = await run(copy, ['lock'])
    const { [`${linux} six`]: six, [`${windows} six`]: other, ...rest } = entriesOf(readLock(copy))

    expect(exitCode).toBe(0)
    expect([six, other]).toEqual([
      expect.objectContaining({ name: 'six' }),
      expect.objectContaining({ name: 'six' }),
    ])
    expect(rest).toEqual(entriesOf(readLock(project)))
    expect(stdout.split('\n').filter((line) => /^[-+~] /.test(line))).toHaveLength(2)
  })

  it('changes no other entry when a target is added', async () => {
    const copy = await copyProject({ targets: [linux, windows, macos] })

    const { exitCode } = await run(copy, ['lock'])
    const lock = readLock(copy)
    const { [macos]: added, ...others } = lock.targets

    expect(exitCode).toBe(0)
    expect(added?.packages.map(({ name }) => name)).toEqual(['pip', 'tqdm'])
    expect(entriesOf({ ...lock, targets: others })).toEqual(entriesOf(readLock(project)))
  })

  it('is the same, byte for byte, from another folder', async () => {
    const other = writeManifest(join(temporaryDirectory('lock'), 'o ther'), manifest)

    await run(other, ['lock'])

    expect(readFileSync(join(other, 'pyembed.lock'))).toEqual(
      readFileSync(join(project, 'pyembed.lock')),
    )
  })

  it('is accepted by --check while the manifest asks for the same', async () => {
    const copy = await copyProject()
    const text = readFileSync(join(copy, 'pyembed.toml'), 'utf8')
    writeFileSync(join(copy, 'pyembed.toml'), `# a comment\n${text}`)

    expect((await run(copy, ['lock', '--check'])).exitCode).toBe(0)
  })

  describeWithTools(['git'], 'in a fresh clone', () => {
    it('is accepted by --check', async () => {
      const copy = await copyProject()
      const clone = join(temporaryDirectory('clone'), 'clone')
      const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org']
      await execa('git', ['init', '--quiet', copy])
      await execa('git', ['-C', copy, 'add', '.'])
      await execa('git', ['-C', copy, ...identity, 'commit', '--quiet', '--message', 'Lock'])
      await execa('git', ['clone', '--quiet', copy, clone])

      expect((await run(clone, ['lock', '--check'])).exitCode).toBe(0)
    })
  })

  it.each([
    { args: ['lock', '--check'], env: {} },
    { args: ['lock', '--locked'], env: {} },
    { args: ['sync', '--locked'], env: {} },
    { args: ['fetch', '--locked'], env: {} },
    { args: ['lock'], env: { CI: 'true' } },
    { args: ['sync'], env: { CI: 'true' } },
  ])('is refused when it is stale: $args $env', async ({ args, env }) => {
    const copy = await copyProject({ requires: ['tqdm', 'six'] })
    const before = readFileSync(join(copy, 'pyembed.lock'), 'utf8')

    const { exitCode, stdout, stderr } = await run(copy, args, env)

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('error[PYEMBED_LOCK_STALE]')
    expect(stderr).toContain('hint: Run `pyembed lock`')
    expect(readFileSync(join(copy, 'pyembed.lock'), 'utf8')).toBe(before)
  })
})
