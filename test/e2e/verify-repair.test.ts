import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'
import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { ProjectVerification } from '../../src/project/verify-project.ts'
import { cleanEnvironment, cliPath, type CliResult, runCli } from '../helpers/cli.ts'
import { copyTree } from '../helpers/prefix.ts'
import { cut } from '../helpers/soak.ts'
import { writeManifest } from '../helpers/project.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { newest } from './pythons.ts'

/** Type, mode, link text and path of everything below a folder, as find(1) sees it. */
function describeTree(root: string): readonly string[] {
  const found = execFileSync('find', ['.', '-printf', '%y %m %l %P\n'], { cwd: root })
  return found.toString().split('\n').toSorted()
}

describe.each(newest)('repair of Python $version', ({ version, build, minor }) => {
  const directory = sharedDirectory('repair')
  const lib = `lib/python${minor}`
  const tag = `cpython-${minor.replace('.', '')}`
  let [project, prefix, cache] = ['', '', '']
  const pristine = (): string => join(directory.path, 'pristine')

  const env = () => ({
    ...inject('cliEnv'),
    PYEMBED_CACHE_DIR: cache,
    PYEMBED_DATA_DIR: join(directory.path, 'data'),
  })
  const pyembed = (...args: string[]): Promise<CliResult> =>
    runCli(args, { cwd: project, env: env() })
  const expectWhole = async (): Promise<void> => {
    execFileSync('diff', ['-r', '--no-dereference', pristine(), prefix])
    expect(describeTree(prefix)).toEqual(describeTree(pristine()))
    const { exitCode, json } = await pyembed('verify', '--strict', '--json')
    expect({ exitCode, ...json<ProjectVerification>() }).toMatchObject({ exitCode: 0, ok: true })
    expect(
      readdirSync(join(directory.path, 'data/store')).filter((name) => name.includes('.tmp-')),
    ).toEqual([])
  }

  beforeAll(async () => {
    project = join(directory.path, 'project')
    cache = join(directory.path, 'cache')
    // A wheel with a command, and few megabytes, for all of them are read again and again.
    writeManifest(project, { version, build, requires: ['tqdm', 'pip'] })
    // A store and a cache on one file system, so that entries are hard links to parts.
    const synced = await pyembed('sync', '--json')
    prefix = synced.json<{ prefix: string }>().prefix
    expect(statSync(join(prefix, lib, 'os.py')).nlink).toBeGreaterThan(1)
    await copyTree(prefix, pristine())
  })

  it('puts every kind of damage right, says what, and leaves it as if freshly installed', async () => {
    const file = (path: string): string => join(prefix, lib, path)
    appendFileSync(file('os.py'), '# damaged')
    rmSync(file('json/decoder.py'))
    rmSync(file('wsgiref'), { recursive: true })
    writeFileSync(file('wsgiref'), 'a file where a folder was')
    rmSync(file('types.py'))
    mkdirSync(join(file('types.py'), 'deep'), { recursive: true })
    rmSync(file('abc.py'))
    symlinkSync('os.py', file('abc.py'))
    chmodSync(file('io.py'), 0o755)
    writeFileSync(file('site-packages/sitecustomize.py'), '')
    mkdirSync(file('site-packages/hollow/deep'), { recursive: true })
    mkdirSync(file('__pycache__'))
    writeFileSync(file(`__pycache__/os.${tag}.pyc`), '')
    rmSync(join(prefix, 'bin/python3'))
    symlinkSync('/usr/bin/python3', join(prefix, 'bin/python3'))

    const { exitCode, json } = await pyembed('verify', '--repair', '--json')

    expect(exitCode).toBe(0)
    const { ok, problems, notes, repaired } = json<ProjectVerification>()
    expect({ ok, problems, notes }).toEqual({ ok: true, problems: [], notes: [] })
    const wsgiref = readdirSync(join(pristine(), lib, 'wsgiref')).map(
      (name) => `missing ${lib}/wsgiref/${name}`,
    )
    expect(repaired.map(({ kind, path }) => `${kind} ${path}`).toSorted()).toEqual(
      [
        `changed ${lib}/os.py`,
        `changed ${lib}/types.py`,
        `extra ${lib}/__pycache__/os.${tag}.pyc`,
        `extra ${lib}/site-packages/hollow`,
        `extra ${lib}/site-packages/sitecustomize.py`,
        `extra ${lib}/wsgiref`,
        `link ${lib}/abc.py`,
        'link bin/python3',
        `missing ${lib}/json/decoder.py`,
        `mode ${lib}/io.py`,
        ...wsgiref,
      ].toSorted(),
    )
    await expectWhole()
  })

  it('has nothing to do the second time', async () => {
    const again = await pyembed('verify', '--repair', '--json', '--offline')

    expect(again.json<ProjectVerification>()).toMatchObject({ ok: true, repaired: [] })
  })

  it('installs an entry again whose inventory is damaged, and refuses it until then', async () => {
    const inventory = join(prefix, '../inventory.json')
    writeFileSync(inventory, readFileSync(inventory, 'utf8').replace('"0755"', '"0644"'))

    const refused = await pyembed('verify')
    const { exitCode, stderr } = await pyembed('verify', '--repair')

    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--repair') })
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('damaged'),
    })
    await expectWhole()
  })

  it('touches only what differs', async () => {
    const inode = statSync(join(prefix, lib, 'enum.py')).ino
    appendFileSync(join(prefix, lib, 'os.py'), '#')

    await pyembed('verify', '--repair')

    expect(statSync(join(prefix, lib, 'enum.py')).ino).toBe(inode)
    await expectWhole()
  })

  it('sees damage that keeps size and time', async () => {
    const path = join(prefix, lib, 'os.py')
    const { atime, mtime } = statSync(path)
    const bytes = readFileSync(path)
    bytes.writeUInt8((bytes.at(100) ?? 0) ^ 1, 100)
    writeFileSync(path, bytes)
    utimesSync(path, atime, mtime)

    await pyembed('verify', '--repair')

    await expectWhole()
  })

  it('does not write through a link that another tree has', async () => {
    const [path, other] = [join(prefix, lib, 'os.py'), join(directory.path, 'other.py')]
    appendFileSync(path, '# mine')
    execFileSync('ln', [path, other])

    await pyembed('verify', '--repair')

    expect(readFileSync(other, 'utf8')).toMatch(/# mine$/)
    await expectWhole()
  })

  it('removes a link to a folder and leaves the folder alone', async () => {
    const outside = join(directory.path, 'outside')
    cpSync(join(prefix, lib, 'json'), outside, { recursive: true })
    writeFileSync(join(outside, 'mine.txt'), 'mine')
    rmSync(join(prefix, lib, 'json'), { recursive: true })
    symlinkSync(outside, join(prefix, lib, 'json'))

    await pyembed('verify', '--repair')

    expect(readFileSync(join(outside, 'mine.txt'), 'utf8')).toBe('mine')
    expect(existsSync(join(outside, 'decoder.py'))).toBe(true)
    await expectWhole()
  })

  it('puts a whole prefix back that is gone', async () => {
    rmSync(prefix, { recursive: true })

    expect((await pyembed('verify', '--repair')).exitCode).toBe(0)

    await expectWhole()
  })

  it('fetches what it needs, and without a network says so and makes nothing worse', async () => {
    rmSync(join(prefix, lib, 'os.py'))
    rmSync(cache, { recursive: true })

    const offline = await pyembed('verify', '--repair', '--offline')
    expect(offline).toMatchObject({ exitCode: 1 })
    expect(offline.stderr).toContain('hint: ')
    const { problems } = (await pyembed('verify', '--json')).json<ProjectVerification>()
    expect(problems).toEqual([{ path: `${lib}/os.py`, kind: 'missing' }])

    expect((await pyembed('verify', '--repair')).stdout).toContain(`missing  ${lib}/os.py`)
    await expectWhole()
  })

  it('counts byte code as a difference with --strict', async () => {
    const path = `${lib}/__pycache__/os.${tag}.pyc`
    mkdirSync(join(prefix, lib, '__pycache__'))
    writeFileSync(join(prefix, path), '')

    const strict = await pyembed('verify', '--strict', '--json')

    expect(strict.exitCode).toBe(1)
    expect(strict.json()).toMatchObject({
      ok: false,
      problems: [{ kind: 'extra', path }],
      notes: [],
      repaired: [],
    })
    expect((await pyembed('verify')).exitCode).toBe(0)
    expect((await pyembed('verify', '--strict', '--repair')).exitCode).toBe(0)
    await expectWhole()
  })

  describeWithTools(['strace'], 'killed', () => {
    it.each(cut([1, 2, 5], 1))(
      'at rename %i, it leaves what the next repair puts right',
      async (when) => {
        const damaged = ['os.py', 'abc.py', 'types.py', 'enum.py', 'io.py']
        for (const name of damaged) appendFileSync(join(prefix, lib, name), '#')
        const { exitCode, signal } = await execa(
          'strace',
          ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename,renameat,renameat2'].concat(
            '-e',
            `inject=rename,renameat,renameat2:signal=KILL:when=${when}`,
            process.execPath,
            cliPath,
            'verify',
            '--repair',
          ),
          {
            cwd: project,
            env: { ...cleanEnvironment(), ...env() },
            extendEnv: false,
            reject: false,
          },
        )
        expect(exitCode === 0 ? 'it ended' : (signal ?? exitCode)).not.toBe('it ended')

        const found = (await pyembed('verify', '--json')).json<ProjectVerification>()
        for (const { kind, path } of found.problems)
          expect(damaged.map((name) => `changed ${lib}/${name}`)).toContain(`${kind} ${path}`)
        expect((await pyembed('verify', '--repair')).exitCode).toBe(0)
        // What the first left goes with the next that does work.
        appendFileSync(join(prefix, lib, 'os.py'), '#')
        await pyembed('verify', '--repair')
        await expectWhole()
      },
    )
  })
})
