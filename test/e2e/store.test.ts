import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { execa } from 'execa'
import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { Removal } from '../../src/store/removal.ts'
import { cleanEnvironment, cliPath, type CliResult, runCli } from '../helpers/cli.ts'
import { copySharedProject } from '../helpers/prefix.ts'
import { writeManifest } from '../helpers/project.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { listTree } from '../helpers/tree.ts'
import { builds } from './pythons.ts'

interface Listed {
  readonly pinId: string
  readonly storeEntry: string
  readonly users: readonly { readonly project: string; readonly exists: boolean }[]
  readonly lastUsed: string | null
  readonly problem: string | null
}
interface Pruned {
  readonly dryRun: boolean
  readonly removed: readonly Removal[]
  readonly freedBytes: number
}

const [{ build }, older] = builds

function hoursAgo(hours: number): number {
  return Math.floor(Date.now() / 1000 - hours * 3600)
}

/** The mark of this host in temporary names, and the id of a process that has ended. */
async function deadProcess(): Promise<readonly [mark: string, pid: string]> {
  const script = `const { temporaryName } = await import('./src/fs/atomic.ts'); console.log(temporaryName('x'))`
  const { stdout } = await execa(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    script,
  ])
  const [, mark = '', pid = ''] = /\.tmp-([0-9a-f]{8})-(\d+)-/.exec(stdout) ?? []
  return [mark, pid]
}

describe('the store of three projects', () => {
  const directory = sharedDirectory('store')
  let [data, cache] = ['', '']
  /** Two with the same Python and packages, one with an older Python. */
  const project = (name: string): string => join(directory.path, name)
  const pyembed = (args: readonly string[], cwd = project('a')): Promise<CliResult> =>
    runCli(args, {
      cwd,
      env: { ...inject('cliEnv'), PYEMBED_CACHE_DIR: cache, PYEMBED_DATA_DIR: data },
    })
  const sync = async (name: string): Promise<string> => {
    const { exitCode, stderr, json } = await pyembed(['sync', '--json'], project(name))
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' })
    return json<{ pinId: string }>().pinId
  }
  const list = async (): Promise<Listed[]> =>
    (await pyembed(['store', 'list', '--json'])).json<Listed[]>()
  const prune = async (...flags: string[]): Promise<Pruned> =>
    (await pyembed(['store', 'prune', '--json', ...flags])).json<Pruned>()
  const stored = (): string[] => readdirSync(join(data, 'store')).toSorted()
  const diskBytes = (): number =>
    Number(
      execFileSync('du', ['-sbc', data, cache], { encoding: 'utf8' })
        .trimEnd()
        .split('\n')
        .at(-1)
        ?.split('\t')[0],
    )

  beforeAll(async () => {
    data = project('data')
    cache = project('cache')
    const shared = join(inject('cliEnv')['PYEMBED_CACHE_DIR'] ?? '', 'downloads')
    cpSync(shared, join(cache, 'downloads'), { recursive: true })
    for (const name of ['a', 'b']) copySharedProject(build, project(name))
    writeManifest(project('c'), { ...older, requires: ['tqdm'] })
    for (const name of ['a', 'b', 'c']) await sync(name)
  })

  it('lists who uses what', async () => {
    const entries = await list()

    const users = entries.map((entry) => entry.users.map((user) => basename(user.project)))
    // The tool Python that ran pip for c is in the store; that of the others was not needed.
    expect(users).toEqual([['c'], ['c'], ['a', 'b']])
    expect(entries.map(({ problem }) => problem)).toEqual([null, null, null])
    for (const { lastUsed } of entries)
      expect(Date.now() - Date.parse(lastUsed ?? '')).toBeLessThan(600_000)
    expect((await pyembed(['store', 'list'])).stdout).toContain(`used by ${project('b')}, last`)
  })

  it('prunes nothing that is used', async () => {
    const before = listTree(directory.path)

    expect(await prune()).toEqual({ dryRun: false, removed: [], freedBytes: 0 })

    expect(listTree(directory.path)).toEqual(before)
  })

  it('notes a use of a sync without work, once a day, and comes back when its root is gone', async () => {
    const root = readdirSync(join(data, 'roots')).find((name) =>
      readFileSync(join(data, 'roots', name), 'utf8').includes(`"${project('c')}"`),
    )
    const path = join(data, 'roots', root ?? '')
    const time = hoursAgo(2)
    utimesSync(path, time, time)
    await sync('c')
    expect(statSync(path).mtimeMs).toBe(time * 1000)

    utimesSync(path, hoursAgo(50), hoursAgo(50))
    await sync('c')
    expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(60_000)

    rmSync(path)
    await sync('c')
    expect(existsSync(path)).toBe(true)
  })

  it('keeps the entries of a project that is gone, until it was not used for long', async () => {
    const before = stored()
    renameSync(project('c'), project('away'))

    expect(
      (await list()).flatMap(({ users }) => users).filter(({ exists }) => !exists),
    ).toHaveLength(2)
    expect((await prune()).removed).toEqual([])
    expect((await prune('--older-than', '1')).removed).toEqual([])
    const dry = await prune('--older-than', '0', '--dry-run')
    // Its archive, pip and tqdm, whose parts are those of its Python.
    expect(dry.removed.map(({ kind }) => kind).filter((kind) => kind !== 'byte code')).toEqual([
      'root',
      'entry',
      'entry',
      'part',
      'part',
      'part',
    ])
    expect(stored()).toEqual(before)

    const bytes = diskBytes()
    const done = await prune('--older-than', '0')
    expect({ ...done, dryRun: true }).toEqual(dry)
    // Folders have a size too.
    const freed = bytes - diskBytes()
    expect(done.freedBytes / freed).toBeGreaterThan(0.9)
    expect(done.freedBytes).toBeLessThanOrEqual(freed)
    expect(before.filter((name) => !stored().includes(name))).toHaveLength(2)
    expect((await pyembed(['verify'])).exitCode).toBe(0)

    renameSync(project('away'), project('c'))
    const pinId = await sync('c')
    expect(stored()).toContain(pinId)
  })

  it('removes what a changed manifest no longer asks for', async () => {
    const old = await sync('c')
    writeManifest(project('c'), { ...older, requires: [] })
    const now = await sync('c')
    expect(stored()).toEqual(expect.arrayContaining([old, now]))

    const { removed } = await prune()

    expect(removed.map(({ kind, path }) => `${kind} ${basename(path)}`)).toContain(`entry ${old}`)
    expect(stored()).not.toContain(old)
    expect((await pyembed(['verify'], project('c'))).exitCode).toBe(0)
  })

  it('lists a damaged entry among the others, and prunes it when nobody uses it', async () => {
    const broken = join(data, 'store/cpython-broken')
    mkdirSync(broken)
    writeFileSync(join(broken, 'inventory.json'), '{')

    const entries = await list()
    const { stdout, exitCode } = await pyembed(['store', 'list'])

    expect(entries).toHaveLength(stored().length)
    expect(entries.find(({ pinId }) => pinId === 'cpython-broken')).toMatchObject({
      problem: expect.stringContaining('inventory.json'),
      users: [],
      lastUsed: null,
    })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^cpython-broken +damaged/m)
    expect((await prune()).removed).toMatchObject([{ kind: 'entry', path: broken }])
    expect(existsSync(broken)).toBe(false)
  })

  it('sweeps what dead processes left, and nothing of living ones', async () => {
    const [mark, pid] = await deadProcess()
    const dead = join(data, `store/stage.tmp-${mark}-${pid}-00000000`)
    const living = join(data, `store/stage.tmp-${mark}-${process.pid}-00000000`)
    for (const path of [dead, living]) mkdirSync(join(path, 'prefix'), { recursive: true })

    const { removed } = await prune()

    expect(removed).toMatchObject([{ kind: 'garbage', path: dead }])
    expect([existsSync(dead), existsSync(living)]).toEqual([false, true])
    rmSync(living, { recursive: true })
  })

  it('sweeps what killed runs left in a project with the next sync that does work', async () => {
    const [mark, pid] = await deadProcess()
    const left = ['pyembed.lock', '.pyembed/pin.json', '.pyembed/pins/x.cmake'].map((path) =>
      join(project('b'), `${path}.tmp-${mark}-${pid}-00000000`),
    )
    for (const path of left) writeFileSync(path, '')
    rmSync(join(project('b'), '.pyembed/pin.json'))

    await sync('b')

    expect(left.filter(existsSync)).toEqual([])
  })

  it('prunes nothing while it cannot tell what is used', async () => {
    const before = stored()
    const bad = join(data, 'roots/0123456789abcdef.json')
    writeFileSync(bad, '{"format": 1')

    const { exitCode, stderr } = await pyembed(['store', 'prune', '--older-than', '0'])
    const listed = await pyembed(['store', 'list'])
    rmSync(bad)

    expect(exitCode).toBe(1)
    expect(/error\[(\w+)\]/.exec(stderr)?.[1]).toBe('PYEMBED_ROOT_INVALID')
    expect(stderr).toContain(bad)
    expect(stored()).toEqual(before)
    expect(listed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(bad) })
  })

  it('says that it may not look', async () => {
    const closed = join(directory.path, 'closed')
    mkdirSync(join(closed, 'store'), { recursive: true })
    chmodSync(join(closed, 'store'), 0o000)
    // Root may look everywhere.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    chmodSync(directory.path, 0o755)
    const found = await execa(process.execPath, [cliPath, 'store', 'list'], {
      env: { ...cleanEnvironment(), HOME: '/nonexistent', PYEMBED_DATA_DIR: closed },
      extendEnv: false,
      reject: false,
      cwd: '/',
      ...nobody,
    })
    chmodSync(join(closed, 'store'), 0o755)

    expect(found.exitCode).toBe(1)
    expect(found.stderr).toContain('error[PYEMBED_FILE_SYSTEM]: EACCES')
  })

  it.each([[['store', 'prune', '--older-than', 'soon']], [['uninstall', '--yes', '--dry-run']]])(
    'refuses %j',
    async (args) => {
      expect(await pyembed(args)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('PYEMBED_USAGE'),
      })
    },
  )

  it('uninstalls what pyembed wrote outside projects, and nothing else', async () => {
    writeFileSync(join(data, 'mine.txt'), 'mine')
    writeFileSync(join(cache, 'unpacked', 'mine.txt'), 'mine')
    const before = listTree(directory.path)

    const asked = await pyembed(['uninstall'])
    expect(asked.exitCode).toBe(0)
    expect(asked.stdout).toContain('pyembed uninstall --yes')
    expect(asked.stdout).toContain(join(data, 'store'))
    expect(listTree(directory.path)).toEqual(before)

    const bytes = diskBytes()
    const done = (await pyembed(['uninstall', '--yes', '--json'])).json<
      Pruned & { projects: string[] }
    >()

    expect(done.projects).toEqual(['a', 'b', 'c'].map(project))
    const removed = done.removed.map(({ path }) => path)
    expect(removed.filter((path) => dirname(path) !== join(cache, 'unpacked'))).toEqual([
      join(data, 'store'),
      join(data, 'leases'),
      join(data, 'roots'),
      join(cache, 'downloads'),
      ...(before.some((path) => path.startsWith('cache/pyc/')) ? [join(cache, 'pyc')] : []),
    ])
    expect(done.freedBytes / bytes).toBeGreaterThan(0.95)
    expect(readdirSync(data)).toEqual(['mine.txt'])
    expect(listTree(cache)).toEqual(['unpacked/mine.txt'])
    expect(listTree(directory.path)).toEqual(
      before.filter(
        (path) =>
          !/^(?:data\/(?:store|roots|leases)|cache)\//.test(path) || path.endsWith('mine.txt'),
      ),
    )
    rmSync(join(cache, 'unpacked', 'mine.txt'))
    expect((await pyembed(['uninstall', '--yes'])).exitCode).toBe(0)
    await sync('a')
    expect((await pyembed(['verify'])).exitCode).toBe(0)
  })
})
