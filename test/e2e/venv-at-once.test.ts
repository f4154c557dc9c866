import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

import { beforeAll, expect, it } from 'vitest'

import { cliPath } from '../helpers/cli.ts'
import { findPoints, killAt, type RunUnder } from '../helpers/kill-points.ts'
import { isSoak } from '../helpers/soak.ts'
import { withFault } from '../helpers/strace.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { codeIn, hidden, importDemo, type InstalledApp, installApp } from '../helpers/venv.ts'
import { buildVenvTool, runTool, useTool, type Variant } from '../helpers/venv-tool.ts'
import { makeWheel } from '../helpers/wheel.ts'
import { newest as pythons } from './pythons.ts'

const [newest] = pythons
const seconds = isSoak ? 60 : 3
const kills = isSoak ? 40 : 20

const directory = sharedDirectory('venv-at-once')
let wheels = ''
beforeAll(() => {
  chmodSync(directory.path, 0o755)
  wheels = join(directory.path, 'wheels')
  mkdirSync(wheels)
  makeWheel(wheels)
})

const names = [0, 1, 2, 3].map((index) => `venv ${index}`)

interface Churned {
  readonly made: number
  readonly removed: number
  readonly failures: readonly string[]
}

/** The command line at work as the C++ program is: what another one may bring about at any time is no failure. */
async function churnByCli(app: InstalledApp): Promise<Churned> {
  const counts = { made: 0, removed: 0, failures: [] as string[] }
  const end = performance.now() + seconds * 1000
  for (let turn = 0; performance.now() < end; turn++) {
    const name = names[turn % names.length] ?? ''
    const verb = ['create', 'path', 'remove', 'create', 'run', 'create', 'remove'][turn % 7] ?? ''
    const more = { create: ['--inherit', 'none'], run: ['--', 'python', '-c', ''] }[verb] ?? []
    const { exitCode, stderr, json } = await app.venv(verb, name, '--json', ...more)
    const code = codeIn(stderr) ?? ''
    if (exitCode === 0 && verb === 'create' && json<{ created: boolean }>().created) counts.made++
    if (exitCode === 0 && verb === 'remove' && json<{ removed: boolean }>().removed)
      counts.removed++
    if (exitCode !== 0 && !['PYEMBED_VENV_IN_USE', 'PYEMBED_VENV_NOT_FOUND'].includes(code))
      counts.failures.push(`${verb}: ${stderr}`)
  }
  return counts
}

describeWithTools(['cmake', 'ninja', 'g++'], 'at once', () => {
  it.each<Variant>(isSoak ? ['gcc', 'threads', 'addresses'] : ['gcc', 'threads'])(
    '8 processes, half of them C++ (%s) with 8 threads, make each environment as often as it is removed',
    async (variant) => {
      const app = installApp(join(directory.path, variant, 'app'), newest)
      const run = useTool(app, await buildVenvTool(variant))
      const byApp = async (): Promise<Churned> =>
        (await run('churn', String(seconds), '8', wheels)).json<Churned>()
      const four = [0, 1, 2, 3]
      const all = await Promise.all([...four.map(byApp), ...four.map(() => churnByCli(app))])

      expect(all.flatMap(({ failures }) => failures)).toEqual([])
      const listed = await app.list()
      const sum = (key: 'made' | 'removed'): number =>
        all.reduce((total, counts) => total + counts[key], 0)
      expect(sum('made') - sum('removed')).toBe(listed.length)
      expect(sum('made')).toBeGreaterThan(seconds)
      for (const { name, state, path } of listed) {
        expect({ name, state }).toEqual({ name, state: 'ready' })
        expect(hidden(path)).toEqual([])
      }
      for (const name of names) expect((await app.venv('remove', name)).exitCode).toBe(0)
      expect(readdirSync(app.dataHome)).toEqual([])
    },
  )
})

describeWithTools(['cmake', 'ninja', 'g++', 'strace'], 'made anew all the time', () => {
  it('an environment is there or not for who looks slowly, and never broken', async () => {
    const app = installApp(join(directory.path, 'slowly', 'app'), newest)
    const run = useTool(app, await buildVenvTool('gcc'))
    const { path } = await app.create('tool', '--inherit', 'none')
    const look = async (program: string, ...args: readonly string[]): Promise<string> => {
      const delay = 40_000 + Math.floor(Math.random() * 40_000)
      const paths = ['-P', path, '-P', `${path}/bin/python`]
      const under = [...withFault(`%%stat:delay_enter=${delay}`), ...paths]
      await sleep(Math.random() * 2000)
      const { stdout, stderr } = await runTool(program, args, { env: app.env, under })
      return stdout + stderr
    }
    const looks = Promise.all(
      Array.from({ length: 25 }, () => [
        look(app.executable, 'open', 'tool'),
        look(process.execPath, cliPath, 'venv', 'path', '--app', app.executable, 'tool'),
      ]).flat(),
    )
    const remake = async (): Promise<undefined> => {
      await run('remove', 'tool')
      await sleep(100 + Math.random() * 150)
      await run('create', 'tool', 'none')
      await sleep(100 + Math.random() * 150)
      return undefined
    }
    let found: readonly string[] | undefined
    while (found === undefined) {
      const remade = remake()
      found = await Promise.race([looks, remade])
      await remade
    }
    const isThere = (text: string): boolean => text.includes('"ready"') || text.startsWith(path)
    const others = found.filter((text) => !isThere(text))
    expect(others.filter((text) => !/"missing"|PYEMBED_VENV_NOT_FOUND/.test(text))).toEqual([])
    expect(others.length).toBeGreaterThan(0)
    expect(others.length).toBeLessThan(found.length)
  })
})

describeWithTools(['cmake', 'ninja', 'g++', 'strace'], 'kill -9 of the C++ runtime', () => {
  it.each([
    ['create', kills],
    ['install', isSoak ? kills : 4],
    ['remove', kills],
  ])('in %s leaves an environment or none, and the next succeeds', async (verb, count) => {
    const tool = await buildVenvTool('gcc')
    const log = join(directory.path, 'points.log')
    const fresh = async (name: string): Promise<[InstalledApp, RunUnder]> => {
      const app = installApp(join(directory.path, verb, name, 'app'), newest)
      const run = useTool(app, tool)
      if (verb !== 'create') await run('create', 'tool', 'none')
      const more = verb === 'install' ? ['--offline', '--find-links', wheels, 'demo'] : []
      const args = [verb, 'tool', ...(verb === 'create' ? ['none'] : []), ...more]
      return [app, (under) => runTool(app.executable, args, { env: app.env, under })]
    }
    const [, watched] = await fresh('watched')
    const points = (await findPoints(watched, log)).filter(({ call }) => call !== 'openat')
    const step = Math.max(1, points.length / count)

    let hits = 0
    for (let at = 0; at < points.length; at += step) {
      const point = points[Math.floor(at)]
      if (point === undefined) break
      const [app, run] = await fresh(String(Math.floor(at)))
      if ((await killAt(run, log, point)).isDead) hits++
      const again = useTool(app, tool)
      expect((await app.list()).filter(({ state }) => state !== 'ready')).toEqual([])
      const { exitCode, stderr, json } = await again('create', 'tool', 'none')
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(json()).toMatchObject({ name: 'tool' })
      if (verb === 'install') {
        const next = await again('install', 'tool', '--offline', '--find-links', wheels, 'demo')
        expect(next.json()).toMatchObject({ packages: ['demo==1.0'] })
        expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
      }
      await again('remove', 'tool')
      expect(readdirSync(app.dataHome)).toEqual([])
    }
    expect(hits).toBeGreaterThanOrEqual(Math.min(count, points.length) - 2)
  })
})
