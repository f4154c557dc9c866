import { spawn } from 'node:child_process'
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
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import { cleanEnvironment, cliPath, runCli } from '../helpers/cli.ts'
import { findKillPoints, runKilled } from '../helpers/kill-points.ts'
import type { Sandbox } from '../helpers/sandbox.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { listTree } from '../helpers/tree.ts'
import {
  type AppParts,
  type InstalledApp,
  installApp,
  openApp,
  type VenvJson,
} from '../helpers/venv.ts'
import { makeWheel } from '../helpers/wheel.ts'
import { builds } from './pythons.ts'

const [newest, older] = builds
const directory = { path: '', remove: (): void => undefined }
let wheels = ''
beforeAll(() => {
  Object.assign(directory, makeDirectory('venv-life'))
  chmodSync(directory.path, 0o755)
  wheels = join(directory.path, 'wheels')
  mkdirSync(wheels)
  makeWheel(wheels)
})
afterAll(() => directory.remove())

const place = (name: string): string => join(directory.path, name)
const install = (name: string, parts: Partial<AppParts> = {}): InstalledApp =>
  installApp(place(name), { ...newest, ...parts })
const codeIn = (stderr: string): string | undefined => /error\[(\w+)\]/.exec(stderr)?.[1]
const created = async (app: InstalledApp, name: string, ...flags: string[]): Promise<VenvJson> => {
  const { exitCode, stderr, json } = await app.venv('create', name, '--json', ...flags)
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  return json<VenvJson>()
}
const addDemo = (app: InstalledApp, name: string, ...more: string[]) =>
  app.venv('install', name, '--offline', '--find-links', wheels, ...more, '--', 'demo')
const imports = async (app: InstalledApp, name: string): Promise<unknown> => {
  const { exitCode, stdout } = await app.venv(
    'run',
    name,
    '--',
    'python',
    '-c',
    'import demo, sys; print(demo.value, sys.base_prefix)',
  )
  return exitCode === 0 ? stdout : exitCode
}
/** What is in the folder of an app and is no environment. */
const hidden = (path: string): readonly string[] =>
  readdirSync(dirname(path)).filter((name) => name.startsWith('.') && !name.endsWith('.lock'))

describe('an app', () => {
  it('with an id may move, and its environments work', async () => {
    const app = install('first place', { id: 'org.example.moving' })
    const { path } = await created(app, 'tool')
    expect((await addDemo(app, 'tool')).exitCode).toBe(0)
    renameSync(app.path, place('second place'))
    const prefix = place('prefix of the second')
    rmSync(join(place('second place'), 'python'))
    cpSync(app.prefix, prefix, { recursive: true, verbatimSymlinks: true })
    symlinkSync(prefix, join(place('second place'), 'python'))

    const moved = openApp(place('second place'), app.dataHome, prefix)
    expect((await moved.venv('path', 'tool')).stdout).toBe(path)
    expect(await imports(moved, 'tool')).toBe(`1 ${prefix}`)
    expect(JSON.parse(readFileSync(join(path, '../app.json'), 'utf8'))).toMatchObject({
      path: moved.path,
    })
    rmSync(prefix, { recursive: true })
  })

  it('without an id finds them again by adopt', async () => {
    const app = install('before')
    const { path, key } = await created(app, 'tool')
    await addDemo(app, 'tool')
    renameSync(app.path, place('after'))
    const moved = openApp(place('after'), app.dataHome, app.prefix)

    const lost = await moved.venv('path', 'tool')
    expect(codeIn(lost.stderr)).toBe('PYEMBED_VENV_APP_MOVED')
    expect(lost.stderr).toContain(`pyembed venv adopt ${key}`)
    expect((await moved.list()).map(({ appExists }) => appExists)).toEqual([false])
    expect((await moved.venv('adopt', key, '--json')).json()).toMatchObject({
      adopted: ['tool'],
      left: [],
    })
    expect(await imports(moved, 'tool')).toContain('1 ')
    expect(existsSync(dirname(path))).toBe(false)
    expect(codeIn((await moved.venv('adopt', key)).stderr)).toBe('PYEMBED_VENV_NOT_FOUND')
  })

  it('of two versions has two sets, and the newer is made from what the older has', async () => {
    const id = 'org.example.twice'
    const old = install('version 1', { ...older, id, dataHome: place('shared data') })
    const now = install('version 2', { id, dataHome: place('shared data') })
    const before = await created(old, 'tool', '--inherit', 'none')
    await addDemo(old, 'tool')

    const missing = await now.venv('path', 'tool')
    expect(codeIn(missing.stderr)).toBe('PYEMBED_VENV_NEEDS_REBUILD')
    const repaired = await now.venv('repair', 'tool', '--offline', '--json')
    expect({ ...repaired, json: undefined }).toMatchObject({ exitCode: 0 })
    expect(repaired.json()).toMatchObject({ repaired: 'rebuilt', name: 'tool' })
    const tree = listTree(before.path)
    for (const app of [old, now, old]) expect(await imports(app, 'tool')).toBe(`1 ${app.prefix}`)
    expect(listTree(before.path).filter((line) => !line.includes('__pycache__'))).toEqual(
      tree.filter((line) => !line.includes('__pycache__')),
    )
    expect((await now.venv('repair', 'tool', '--json')).json()).toMatchObject({
      repaired: 'nothing',
    })
  })

  it('takes over environments of MITK', async () => {
    const app = install('mitk app', { name: 'mitk' })
    const theirs = join(app.dataHome, 'mitk_venvs/A581EFF9D5680494/nnunet')
    mkdirSync(dirname(theirs), { recursive: true })
    await execa(join(app.prefix, 'bin/python3.14'), ['-m', 'venv', '--without-pip', theirs], {
      env: cleanEnvironment(),
      extendEnv: false,
    })

    expect(await app.list()).toMatchObject([{ app: 'mitk', name: 'nnunet', state: 'foreign' }])
    expect((await app.venv('adopt', 'A581EFF9D5680494', '--json')).json()).toMatchObject({
      adopted: ['nnunet'],
    })
    expect(await app.list()).toMatchObject([{ name: 'nnunet', state: 'ready' }])
    expect((await addDemo(app, 'nnunet')).exitCode).toBe(0)
    expect(await imports(app, 'nnunet')).toBe(`1 ${app.prefix}`)
  })

  it('that is gone leaves environments that are pruned when they were not used for long', async () => {
    const app = install('gone')
    const { path } = await created(app, 'tool')
    const kept = install('still there', { dataHome: app.dataHome })
    await created(kept, 'other')
    const prune = async (...flags: string[]) =>
      (await runCli(['venv', 'prune', '--json', ...flags], { env: app.env }))
        .json<{ removed: VenvJson[] }>()
        .removed.map((each) => each.path)
    rmSync(app.path, { recursive: true })

    expect(await prune('--yes')).toEqual([])
    const old = new Date(Date.now() - 40 * 24 * 3600 * 1000)
    for (const venv of await app.list()) utimesSync(join(venv.path, 'pyembed-venv.json'), old, old)
    expect(await prune()).toEqual([path])
    expect(existsSync(path)).toBe(true)
    expect(await prune('--yes')).toEqual([path])
    expect((await app.list()).map(({ name }) => name)).toEqual(['other'])
  })
})

describe('which app it is', () => {
  it('says the project, whose Python the store keeps for its environments', async () => {
    const { directory: project } = inject('projects')[newest.build] ?? { directory: '' }
    const env = { ...inject('cliEnv'), XDG_DATA_HOME: place('project data') }
    const { json, stderr } = await runCli(['venv', 'create', 'tool', '--json'], {
      cwd: project,
      env,
    })

    expect(stderr).toBe('')
    expect(json<VenvJson>()).toMatchObject({ app: 'E2E', created: true })
    const python = await execa(json<VenvJson>().python, [
      '-c',
      'import numpy; print(numpy.__version__)',
    ])
    expect(python.stdout).toBe(newest.numpy)
    rmSync(place('project data'), { recursive: true })
  })

  it('says what is named, or the error what to name', async () => {
    const app = install('named')
    const run = (...args: string[]) =>
      runCli(['venv', 'create', 'tool', ...args], { cwd: directory.path, env: app.env })

    expect(codeIn((await run()).stderr)).toBe('PYEMBED_APP_UNKNOWN')
    expect((await run()).stderr).toMatch(/--app PATH.*--python PREFIX --app-name NAME/)
    expect((await run('--python', app.prefix)).stderr).toContain('--app-name')
    expect(codeIn((await run('--app', wheels)).stderr)).toBe('PYEMBED_APP_FILE_INVALID')
    expect(
      (await run('--python', app.prefix, '--app-name', 'Named', '--json')).json(),
    ).toMatchObject({ app: 'Named', created: true })
    const byFolder = await run('--app', app.path, '--json')
    const byFile = await run('--app', app.executable, '--json')
    expect(byFile.json<VenvJson>().key).toBe(byFolder.json<VenvJson>().key)
  })
})

describe('places', () => {
  it.each([
    'with a space',
    'a"b',
    "it's",
    '$(touch x)',
    '`touch x`',
    '%TEMP%',
    'a:b',
    'ü 日本 😀',
    'x'.repeat(200),
  ])('may be called %s', async (name) => {
    const app = install(name, { name, dataHome: join(place('homes'), name) })
    const { path } = await created(app, 'tool')

    expect(
      (await app.venv('run', 'tool', '--', 'python', '-c', 'import numpy, sys; print(sys.prefix)'))
        .stdout,
    ).toBe(path)
    expect(readdirSync(directory.path)).not.toContain('x')
  })

  it('may be behind a link, and not have a line break', async () => {
    mkdirSync(place('real home'))
    symlinkSync(place('real home'), place('home link'))
    const app = install('linked', { dataHome: place('home link') })
    await created(app, 'tool')
    expect((await app.venv('run', 'tool', '--', 'python', '-c', 'print(1)')).stdout).toBe('1')

    const broken = install('line\nbreak', { dataHome: place('line data') })
    rmSync(join(broken.path, 'python'))
    cpSync(join(app.path, 'python'), join(broken.path, 'python'), {
      recursive: true,
      verbatimSymlinks: true,
    })
    rmSync(join(broken.path, 'python'), { recursive: true })
    mkdirSync(join(broken.path, 'python/bin'), { recursive: true })
    writeFileSync(join(broken.path, 'python/bin/python3.14'), '')
    expect(codeIn((await broken.venv('create', 'tool')).stderr)).toBe('PYEMBED_PATH_UNSUPPORTED')
    expect(codeIn((await app.venv('create', 'a\nb')).stderr)).toBe('PYEMBED_VENV_NAME')
  })

  it('may be read-only, then nothing is made and everything runs', async () => {
    const app = install('read-only')
    const { path } = await created(app, 'tool')
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    const run = (...args: string[]) =>
      execa(process.execPath, [cliPath, 'venv', ...args], {
        cwd: '/',
        env: { ...cleanEnvironment(), ...app.env, HOME: '/nonexistent' },
        extendEnv: false,
        reject: false,
        ...nobody,
      })
    for (const each of [path, dirname(path), dirname(dirname(path)), app.dataHome])
      chmodSync(each, 0o555)

    const [made, ran, found] = [
      await run('create', 'more', '--app', app.executable),
      await run('run', 'tool', '--app', app.executable, '--', 'python', '-c', 'print(7)'),
      await run('path', 'tool', '--app', app.executable),
    ]
    for (const each of [path, dirname(path), dirname(dirname(path)), app.dataHome])
      chmodSync(each, 0o755)
    expect(codeIn(made.stderr)).toBe('PYEMBED_FILE_SYSTEM')
    expect({ stdout: ran.stdout, stderr: ran.stderr }).toEqual({ stdout: '7', stderr: '' })
    expect(found.stdout).toBe(path)
  })

  it('must be somewhere', async () => {
    const app = install('homeless')
    const env = { ...app.env, XDG_DATA_HOME: 'relative', HOME: '' }
    const nobody = process.getuid?.() === 0 ? { uid: 4242, gid: 4242 } : {}
    const { stderr } = await execa(
      process.execPath,
      [cliPath, 'venv', 'create', 'tool', '--app', app.executable],
      {
        cwd: '/',
        env: { ...cleanEnvironment(), ...env },
        extendEnv: false,
        reject: false,
        ...nobody,
      },
    )

    expect(codeIn(stderr)).toBe('PYEMBED_NO_HOME')
  })
})

describe('at once', () => {
  it('8 processes make and remove one environment: one makes it, none fails, nothing is left', async () => {
    const app = install('busy')
    await created(app, 'other')
    const results = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const made = await app.venv('create', 'tool', '--json')
        return [made.exitCode, made.exitCode === 0 ? made.json<VenvJson>().created : made.stderr]
      }),
    )
    expect(results.toSorted()).toEqual([...Array.from({ length: 7 }, () => [0, false]), [0, true]])

    const mixed = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        app.venv(index % 2 === 0 ? 'remove' : 'create', 'tool'),
      ),
    )
    expect(
      mixed.map(({ exitCode, stderr }) => [exitCode, stderr.replace(/^note: .*$/m, '')]),
    ).toEqual(mixed.map(() => [0, '']))
    await app.venv('remove', 'tool')
    expect(await app.list()).toMatchObject([{ name: 'other', state: 'ready' }])
    await app.venv('remove', 'other')
    expect(readdirSync(app.dataHome)).toEqual([])
  })

  it('who runs in an environment is named, and nothing is done to it', async () => {
    const app = install('in use')
    const { path, python } = await created(app, 'tool')
    const running = execa(
      process.execPath,
      [
        cliPath,
        'venv',
        'run',
        'tool',
        '--app',
        app.executable,
        '--',
        'python',
        '-c',
        'import time; print("on", flush=True); time.sleep(60)',
      ],
      { env: { ...cleanEnvironment(), ...app.env }, extendEnv: false, reject: false },
    )
    await new Promise((resolve) => running.stdout.once('data', resolve))

    for (const args of [
      ['remove', 'tool'],
      ['install', 'tool', 'demo', '--offline', '--find-links', wheels],
    ]) {
      const { exitCode, stderr } = await app.venv(...args)
      expect({ exitCode, code: codeIn(stderr) }).toEqual({
        exitCode: 1,
        code: 'PYEMBED_VENV_IN_USE',
      })
      expect(stderr).toContain(`process ${running.pid}`)
    }
    // The one that ran it is killed, the interpreter goes on and keeps the lock.
    running.kill('SIGKILL')
    await running
    expect(codeIn((await app.venv('remove', 'tool')).stderr)).toBe('PYEMBED_VENV_IN_USE')
    await execa('sh', [
      '-c',
      `for p in /proc/[0-9]*; do case "$(tr '\\0' '\\n' < $p/cmdline 2>/dev/null | head -1)" in "${path}"/*) kill -9 \${p#/proc/};; esac; done`,
    ])
    await sleep(100)

    const child = spawn(python, ['-c', 'import time; time.sleep(60)'])
    await sleep(300)
    expect((await app.venv('remove', 'tool')).stderr).toContain(`process ${child.pid}`)
    child.kill('SIGKILL')
    await sleep(100)
    expect((await app.venv('remove', 'tool')).exitCode).toBe(0)
    expect(existsSync(path)).toBe(false)
  })
})

describeWithTools(['strace'], 'where the file system has no locks', () => {
  const noLocks = ['strace', '-f', '-o', '/dev/null', '-e', 'inject=flock:error=ENOLCK']
  const venv = (app: InstalledApp, ...args: string[]) =>
    execa(
      noLocks[0] ?? '',
      [...noLocks.slice(1), process.execPath, cliPath, 'venv', ...args, '--app', app.executable],
      { env: { ...cleanEnvironment(), ...app.env }, extendEnv: false, reject: false },
    )

  it('environments are made and removed, and what another host holds is named and left alone', async () => {
    const app = install('no locks')
    const { path } = await created(app, 'other')
    expect(await venv(app, 'create', 'tool')).toMatchObject({ exitCode: 0 })
    const lease = join(dirname(path), '.tool.lease')
    const holder = {
      boot: 'b',
      host: 'far-away',
      namespace: 'n',
      pid: 7,
      program: 'workbench',
      purpose: 'install',
    }
    writeFileSync(lease, JSON.stringify(holder))

    const { exitCode, stderr } = await venv(app, 'remove', 'tool')
    expect({ exitCode, code: codeIn(stderr) }).toEqual({ exitCode: 1, code: 'PYEMBED_VENV_IN_USE' })
    expect(stderr).toMatch(/`workbench` \(process 7 on `far-away`, install\)/)
    expect(stderr).toContain(lease)
    expect(existsSync(lease)).toBe(true)
    rmSync(lease)
    expect(await venv(app, 'remove', 'tool')).toMatchObject({ exitCode: 0 })
    expect(hidden(path)).toEqual([])
  })
})

describeWithTools(['strace'], 'kill -9 of', () => {
  const changes = new Set(['mkdir', 'symlink', 'link', 'rename', 'unlink'])
  const sandbox = (app: InstalledApp): Sandbox => {
    const root = dirname(app.path)
    return {
      root,
      project: root,
      cache: root,
      data: root,
      env: { ...cleanEnvironment(), ...app.env },
    }
  }

  it.each([
    ['create', [0.2, 0.5, 0.8, 0.99]],
    ['install', [0.1, 0.5, 0.9, 0.97, 0.99]],
    ['remove', [0.1, 0.5, 0.9]],
  ])('%s leaves an environment or none, and the next succeeds', async (verb, parts) => {
    const id = `org.example.${verb}`
    const fresh = async (name: string): Promise<[InstalledApp, string[]]> => {
      const app = install(join(`kill ${verb}`, name, 'app'), { id })
      if (verb !== 'create') await created(app, 'tool', '--inherit', 'none')
      const more = verb === 'install' ? ['demo', '--offline', '--find-links', wheels] : []
      return [app, ['venv', verb, 'tool', '--app', app.executable, ...more]]
    }
    const [watched, args] = await fresh('watched')
    const points = (await findKillPoints(sandbox(watched), args)).filter(({ call }) =>
      changes.has(call),
    )
    expect(points.length).toBeGreaterThan(5)

    for (const part of parts) {
      const [app, again] = await fresh(String(part))
      const point = points[Math.floor(points.length * part)]
      if (point === undefined) throw new Error('no such point')
      expect(await runKilled(sandbox(app), again, point)).toMatchObject({ isDead: true })

      const states = (await app.list()).map(({ state }) => state)
      expect(states.filter((state) => state !== 'ready')).toEqual([])
      const { path } = await created(app, 'tool', '--inherit', 'none')
      expect(await addDemo(app, 'tool')).toMatchObject({ exitCode: 0 })
      expect(await imports(app, 'tool')).toBe(`1 ${app.prefix}`)
      expect(hidden(path)).toEqual([])
    }
  })
})

describe('what is damaged', () => {
  it('is found, and put right with what is installed in it', async () => {
    const app = install('damaged')
    const { path } = await created(app, 'tool', '--inherit', 'none')
    await addDemo(app, 'tool')
    for (const lost of ['pyvenv.cfg', 'bin']) {
      rmSync(join(path, lost), { recursive: true })
      const { stderr } = await app.venv('path', 'tool')
      expect(codeIn(stderr)).toBe('PYEMBED_VENV_BROKEN')
      expect((await app.venv('repair', 'tool', '--json')).json()).toMatchObject({
        repaired: 'files',
      })
      expect(await imports(app, 'tool')).toBe(`1 ${app.prefix}`)
    }

    const record = join(path, 'pyembed-venv.json')
    const text = readFileSync(record, 'utf8')
    writeFileSync(record, text.replace('"format": 1', '"format": 2'))
    for (const verb of ['path', 'create', 'repair'])
      expect(codeIn((await app.venv(verb, 'tool')).stderr)).toBe('PYEMBED_VENV_NEWER')
    writeFileSync(record, text)
    expect(await imports(app, 'tool')).toBe(`1 ${app.prefix}`)
    expect(statSync(path).isDirectory() && basename(path)).toBe('tool')
  })
})
