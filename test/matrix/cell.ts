import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'

import { cleanEnvironment } from '../helpers/cli.ts'
import type { CMake } from '../helpers/cmake.ts'
import { argsOf, baitOf, lastPin } from './args.ts'
import { emptyBuildTree, keepPython, takePython } from './build-tree.ts'
import type { Door, Generator } from './cmakes.ts'
import { loadedLibrary } from './elf.ts'
import { readPlan } from './plan.ts'
import type { Row } from './rows.ts'
import { searchPath } from './search-path.ts'
import { usePin, type World } from './world.ts'

/** One configure, build and run; without a door it is the project of somebody who has no pyembed. */
export interface Cell {
  readonly row: Row
  readonly cmake: CMake
  readonly generator: Generator
  readonly door: Door | undefined
}

/** What a program is made of: the paths that tell which Python that is, by what they are. */
export interface Report {
  readonly places: Readonly<Record<string, string>>
  /** Python's version in the headers, and as it runs. */
  readonly versions: readonly string[]
}

export interface Observation {
  /** Which of the steps failed, if one did, and what it printed. */
  readonly failed: 'configure' | 'build' | 'run' | undefined
  readonly output: string
  /** By program. */
  readonly reports: Readonly<Record<string, Report>>
  /** The Python that was to be found, and the other one. */
  readonly ours: string
  readonly bait: string
}

/**
 * Configures, builds and runs a cell. `isPlanned`: with Ninja, what the build would do is read instead, which takes
 * half the time.
 */
export async function runCell(
  world: World,
  cell: Cell,
  { isPlanned = false } = {},
): Promise<Observation> {
  const { row, cmake, door } = cell
  await emptyBuildTree(world, cmake)
  try {
    const steps = await runSteps(world, cell, isPlanned)
    const ours = door === undefined ? world.pins[lastPin(row)].prefix : join(world.build, 'python')
    return { ...steps, ours, bait: baitOf(world, row).root }
  } finally {
    keepPython(world)
  }
}

/** By project/probe.c. */
type Told = { readonly versions: readonly string[] } & Readonly<Record<string, string>>

type Steps = Pick<Observation, 'failed' | 'output' | 'reports'>

async function runSteps(world: World, cell: Cell, isPlanned: boolean): Promise<Steps> {
  const { row, cmake, door } = cell
  const env = { ...cleanEnvironment(), PATH: searchPath(), ...row.env?.(baitOf(world, row)) }
  let output = ''
  const run = async (program: string, args: readonly string[]): Promise<boolean> => {
    const options = { cwd: world.project, env, extendEnv: false, reject: false, all: true } as const
    const result = await execa(program, args, {
      ...options,
      timeout: 300_000,
      killSignal: 'SIGKILL',
    })
    output = result.all ?? result.shortMessage ?? ''
    return !result.failed
  }

  for (const pin of row.pins) {
    usePin(world, pin, row.isGone)
    keepPython(world)
    if (door !== undefined) takePython(world, pin)
    const strict = door === undefined ? [] : ['-Werror=dev']
    if (!(await run(cmake.path, [...strict, ...argsOf(world, cell, pin)])))
      return { failed: 'configure', output, reports: {} }
  }
  if (isPlanned) {
    if (!(await run('ninja', ['-C', world.build, '-t', 'commands', 'probe'])))
      return { failed: 'build', output, reports: {} }
    return { failed: undefined, output, reports: { probe: readPlan(output, world.build) } }
  }
  if (!(await run(cmake.path, ['--build', world.build, '--config', 'Debug'])))
    return { failed: 'build', output, reports: {} }
  const reports: Record<string, Report> = {}
  for (const name of ['probe', 'app']) {
    const program = join(world.build, name)
    if (!existsSync(program)) continue
    if (!(await run(program, []))) return { failed: 'run', output, reports }
    const { versions, ...places } = JSON.parse(output) as Told
    reports[name] = { versions, places: { ...places, searched: loadedLibrary(program) } }
  }
  return { failed: undefined, output, reports }
}
