import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'

import { cleanEnvironment } from '../helpers/cli.ts'
import type { CMake } from '../helpers/cmake.ts'
import { type Bait, describeBait } from './baits.ts'
import { emptyBuildTree, keepPython, takePython } from './build-tree.ts'
import type { Door, Generator } from './cmakes.ts'
import { loadedLibrary } from './elf.ts'
import { readPlan } from './plan.ts'
import type { Minor, Row } from './rows.ts'
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
  const env = { ...cleanEnvironment(), ...row.env?.(baitOf(world, row)) }
  let output = ''
  const run = async (program: string, args: readonly string[]): Promise<boolean> => {
    const options = { cwd: world.project, env, extendEnv: false, reject: false, all: true } as const
    const result = await execa(program, args, {
      ...options,
      timeout: 300_000,
      killSignal: 'SIGKILL',
    })
    output = result.all
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

function argsOf(world: World, { row, generator, door }: Cell, pin: Minor): readonly string[] {
  const { project, build, pybind11 } = world
  const bait = baitOf(world, row)
  const given = row.args?.(bait) ?? []
  const generated = join(project, '.pyembed')
  const doorArgs: Readonly<Record<Door, readonly string[]>> = {
    include: ['-DMATRIX_DOOR=include'],
    provider: [`-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=${join(generated, 'pyembed-provider.cmake')}`],
    presets: ['--preset', 'matrix'],
    config: ['-DMATRIX_DOOR=config', `-Dpyembed_DIR=${generated}`],
  }
  return [
    ...(door === undefined ? ownPin(world, row, pin) : doorArgs[door]),
    `-S${project}`,
    `-B${build}`,
    `-G${generator}`,
    // Else CMake throws away what it knows of the compilers. A toolchain file is read with the compilers only.
    ...(given.some((arg) => arg.includes('TOOLCHAIN'))
      ? []
      : ['-DCMAKE_PLATFORM_INFO_INITIALIZED=1']),
    `-DMATRIX_CASE=${row.case}`,
    `-DMATRIX_MINIMUM=${row.minimum ?? '3.20...4.0'}`,
    `-DMATRIX_PYBIND11=${pybind11}`,
    `-DMATRIX_BAIT=${bait.root}`,
    `-DMATRIX_BAIT_EXECUTABLE=${bait.executable}`,
    `-DMATRIX_BAIT_LIBRARY=${bait.library}`,
    `-DMATRIX_BAIT_INCLUDE=${bait.include}`,
    ...given,
  ]
}

/** How a project without pyembed names its Python. */
function ownPin({ root, pins }: World, row: Row, pin: Minor): readonly string[] {
  const prefix = row.isGone ? join(root, 'nowhere') : pins[pin].prefix
  const { executable, library, include } = describeBait(prefix, pin)
  const one = [`-DPython3_EXECUTABLE=${executable}`]
  const args: Readonly<Record<Row['ownPin'], readonly string[]>> = {
    nothing: [],
    root: [`-DPython3_ROOT_DIR=${prefix}`],
    roots: ['Python', 'Python3'].map((family) => `-D${family}_ROOT_DIR=${prefix}`),
    executable: one,
    artifacts: [...one, `-DPython3_LIBRARY=${library}`, `-DPython3_INCLUDE_DIR=${include}`],
  }
  return args[row.ownPin]
}

function lastPin({ pins }: Row): Minor {
  return pins.at(-1) ?? '3.14'
}

/** The other Python; where the pin changes, the one before. */
function baitOf({ pins, baits }: World, { bait, pins: [first = '3.14', ...more] }: Row): Bait {
  return more.length === 0 ? baits[bait] : describeBait(pins[first].prefix, first)
}
