import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { describeApp } from '../helpers/venv.ts'
import { buildVenvTool } from '../helpers/venv-tool.ts'
import { benchEnvironment } from './measure.ts'
import type { QuickCommand } from './start.ts'
import { summarize } from './statistics.ts'
import type { World } from './world.ts'

const rounds = 7
const venvsPerRound = 40
const manyVenvs = 500

export interface VenvFigures {
  /** Milliseconds of one create in C++, lock and record included; of each round the median. */
  readonly createMs: readonly number[]
  /** Milliseconds of `uv venv`, with the start of uv; of each round the median. */
  readonly uvMs: readonly number[]
  /** The same by the command line, where nothing is and where there are many. */
  readonly quickCommands: readonly QuickCommand[]
}

/** What environments cost: in the app, by the command line, and uv's of the same Python in the same rounds. */
export async function measureVenvs({ root, storeEntry, uv }: World): Promise<VenvFigures> {
  const tool = await buildVenvTool('gcc')
  const prefix = join(storeEntry, 'prefix')
  const described = { version: '3.14.6', pinId: 'bench', prefix }
  const app = describeApp(join(root, 'venv app'), described, tool)
  const clean = benchEnvironment()
  const createMs: number[] = []
  const uvMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const data = join(root, `venvs${round}`)
    const made = run(app, ['bench', String(venvsPerRound)], { ...clean, XDG_DATA_HOME: data })
    createMs.push((JSON.parse(made) as { medianMicroseconds: number }).medianMicroseconds / 1000)
    uvMs.push(medianOfUv(uv, join(prefix, 'bin', 'python3.14'), join(root, `uv-venvs${round}`)))
  }

  const env = { XDG_DATA_HOME: join(root, 'many venvs') }
  run(app, ['bench', String(manyVenvs)], { ...clean, ...env })
  const others = { XDG_DATA_HOME: join(root, 'cli venvs') }
  const create = ['venv', 'create', '--app', app, 'cli']
  return {
    createMs,
    uvMs,
    quickCommands: [
      { name: 'venv create', args: create, cwd: root, env: others, isNumbered: true },
      { name: `venv list of ${manyVenvs}`, args: ['venv', 'list', '--json'], cwd: root, env },
    ],
  }
}

function medianOfUv(uv: string, python: string, directory: string): number {
  mkdirSync(directory)
  const env = { ...benchEnvironment(), UV_CACHE_DIR: join(directory, 'cache') }
  const times = Array.from({ length: venvsPerRound }, (_, index) => {
    const start = performance.now()
    run(uv, ['venv', '-q', '--offline', '--python', python, join(directory, String(index))], env)
    return performance.now() - start
  })
  return summarize(times).median
}

function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string {
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed with ${status}:\n${stderr}`)
  return stdout
}
