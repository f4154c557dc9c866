import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'

import { cleanEnvironment, cliPath } from '../helpers/cli.ts'
import { findKillPoints, runKilled } from '../helpers/kill-points.ts'
import type { Sandbox } from '../helpers/sandbox.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { isSoak } from '../helpers/soak.ts'
import { withFault } from '../helpers/strace.ts'
import { describeWithTools } from '../helpers/tools.ts'
import {
  addDemo,
  type AppParts,
  codeIn,
  farAwayHolder,
  hidden,
  importDemo,
  type InstalledApp,
  installApp,
  type VenvJson,
} from '../helpers/venv.ts'
import { makeWheel } from '../helpers/wheel.ts'
import { newest as pythons } from './pythons.ts'

const [newest] = pythons
const directory = sharedDirectory('venv-locks')
let wheels = ''
beforeAll(() => {
  chmodSync(directory.path, 0o755)
  wheels = join(directory.path, 'wheels')
  mkdirSync(wheels)
  makeWheel(wheels)
})

const place = (name: string): string => join(directory.path, name)
const install = (name: string, parts: Partial<AppParts> = {}): InstalledApp =>
  installApp(place(name), { ...newest, ...parts })

describe('at once', () => {
  it('8 processes make and remove one environment: one makes it, none fails, nothing is left', async () => {
    const app = install('busy')
    await app.create('other')
    const results = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const made = await app.venv('create', 'tool', '--json')
        return [made.exitCode, made.exitCode === 0 ? made.json<VenvJson>().created : made.stderr]
      }),
    )
    expect(results.toSorted(([, a], [, b]) => Number(a) - Number(b))).toEqual([
      ...Array.from({ length: 7 }, () => [0, false]),
      [0, true],
    ])

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
    const { path, python } = await app.create('tool')
    const sleeping = 'import time; print("on", flush=True); time.sleep(60)'
    const running = spawn(
      process.execPath,
      [cliPath, 'venv', 'run', 'tool', '--app', app.executable, '--', 'python', '-c', sleeping],
      { env: { ...cleanEnvironment(), ...app.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(running.stdout, 'data')

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
    await once(running, 'exit')
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

describe('pip', () => {
  it('keeps the lock when who started it is killed, for it still writes', async () => {
    const app = install('orphan')
    const { path } = await app.create('tool')
    const source = place('slow')
    const mark = join(source, 'on')
    mkdirSync(source)
    writeFileSync(
      join(source, 'pyproject.toml'),
      '[build-system]\nrequires = []\nbuild-backend = "slow"\nbackend-path = ["."]\n',
    )
    writeFileSync(
      join(source, 'slow.py'),
      `import time\nopen(${JSON.stringify(mark)}, "w").close()\ntime.sleep(4)\n`,
    )
    const args = ['venv', 'install', 'tool', '--app', app.executable, '--offline', source]
    const installing = spawn(process.execPath, [cliPath, ...args], {
      env: { ...cleanEnvironment(), ...app.env },
      stdio: 'ignore',
    })
    while (!existsSync(mark)) await sleep(50)
    installing.kill('SIGKILL')
    await once(installing, 'exit')

    const lock = join(dirname(path), '.tool.lock')
    expect((await execa('flock', ['-n', lock, 'true'], { reject: false })).exitCode).toBe(1)
    expect(await addDemo(app, 'tool', wheels)).toMatchObject({ exitCode: 0 })
    expect(hidden(path)).toEqual([])
  })
})

describeWithTools(['strace'], 'where the file system has no locks', () => {
  const noLocks = 'flock:error=ENOLCK'
  it('environments are made and removed, and what another host holds is named and left alone', async () => {
    const app = install('no locks')
    const { path } = await app.create('other')
    expect(await venvUnder(noLocks, app, 'create', 'tool')).toMatchObject({ exitCode: 0 })
    const lease = join(dirname(path), '.tool.lease')
    writeFileSync(lease, JSON.stringify(farAwayHolder))

    const { exitCode, stderr } = await venvUnder(noLocks, app, 'remove', 'tool')
    expect({ exitCode, code: codeIn(stderr) }).toEqual({ exitCode: 1, code: 'PYEMBED_VENV_IN_USE' })
    expect(stderr).toMatch(/`workbench` \(process 7 on `far-away`, install\)/)
    expect(stderr).toContain(lease)
    expect(existsSync(lease)).toBe(true)
    rmSync(lease)
    expect(await venvUnder(noLocks, app, 'remove', 'tool')).toMatchObject({ exitCode: 0 })
    expect(hidden(path)).toEqual([])
  })
})

describeWithTools(['strace'], 'where no symbolic links can be made', () => {
  it('says so, and leaves nothing', async () => {
    const app = install('no links')
    const { stderr } = await venvUnder('symlink,symlinkat:error=EPERM', app, 'create', 'tool')

    expect(codeIn(stderr)).toBe('PYEMBED_LINKS_REFUSED')
    expect(await app.list()).toEqual([])
    const { path } = await app.create('other')
    expect(hidden(path)).toEqual([])
    expect((await app.create('tool')).created).toBe(true)
    expect(hidden(path)).toEqual([])
  })
})

describeWithTools(['strace'], 'kill -9 of', () => {
  const changes = new Set(['mkdir', 'symlink', 'link', 'rename', 'unlink'])
  const many = [...Array.from({ length: 25 }, (_, index) => index / 25), 0.97, 0.99]
  it.each([
    ['create', isSoak ? many : [0.3, 0.99]],
    ['install', isSoak ? many : [0.97]],
    ['remove', isSoak ? many : [0.1, 0.9]],
  ])('%s leaves an environment or none, and the next succeeds', async (verb, parts) => {
    const id = `org.example.${verb}`
    const fresh = async (name: string): Promise<[InstalledApp, string[]]> => {
      const app = install(join(`kill ${verb}`, name, 'app'), { id })
      if (verb !== 'create') await app.create('tool', '--inherit', 'none')
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
      const { path } = await app.create('tool', '--inherit', 'none')
      if (verb === 'install') {
        expect(await addDemo(app, 'tool', wheels)).toMatchObject({ exitCode: 0 })
        expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
      }
      expect((await app.venv('run', 'tool', '--', 'python', '-c', 'print(7)')).stdout).toBe('7')
      expect(hidden(path)).toEqual([])
    }
  })
})

/** `pyembed venv ARGS…` for an app, with system calls that fail. */
function venvUnder(fault: string, app: InstalledApp, ...args: readonly string[]) {
  const [strace = '', ...options] = withFault(fault)
  const command = [process.execPath, cliPath, 'venv', ...args, '--app', app.executable]
  const env = { ...cleanEnvironment(), ...app.env }
  return execa(strace, [...options, ...command], { env, extendEnv: false, reject: false })
}

/** An app as the helper of kill points wants it. */
function sandbox(app: InstalledApp): Sandbox {
  const root = dirname(app.path)
  const env = { ...cleanEnvironment(), ...app.env }
  return { root, project: root, cache: root, data: root, env }
}
