import { join } from 'node:path'

import { type Bait, describeBait } from './baits.ts'
import type { Cell } from './cell.ts'
import type { Door } from './cmakes.ts'
import type { Minor, Row } from './rows.ts'
import type { World } from './world.ts'

/** How CMake is called for a cell, with the pin whose turn it is. */
export function argsOf(
  world: World,
  { row, generator, door }: Cell,
  pin: Minor,
): readonly string[] {
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

/** The pin that counts in the end. */
export function lastPin({ pins }: Row): Minor {
  return pins.at(-1) ?? '3.14'
}

/** The other Python; where the pin changes, the one before. */
export function baitOf(
  { pins, baits }: World,
  { bait, pins: [first = '3.14', ...more] }: Row,
): Bait {
  return more.length === 0 ? baits[bait] : describeBait(pins[first].prefix, first)
}
