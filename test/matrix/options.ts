import { parseArgs } from 'node:util'

import type { CMake } from '../helpers/cmake.ts'
import type { Cell } from './cell.ts'
import { cmakeVersions, type Door, doors, doorsOf, type Generator, generators } from './cmakes.ts'
import { type Row, rows } from './rows.ts'

/** Which cells to run; each list as given, or all. */
export interface Cut {
  readonly versions: readonly string[]
  readonly generators: readonly Generator[]
  readonly doors: readonly (Door | undefined)[]
  readonly rows: readonly Row[]
  /** Whether that is everything. */
  readonly isWhole: boolean
}

/** `--cmake 3.25.1 --generator Ninja --door include --row pybind11`, each as often as needed; a row by a part of its name. */
export function readCut(args: readonly string[]): Cut {
  const option = { type: 'string', multiple: true } as const
  const { values } = parseArgs({
    args: [...args],
    options: { cmake: option, generator: option, door: option, row: option },
  })
  return {
    versions: pick('CMake', cmakeVersions, values.cmake, (version, asked) => version === asked),
    generators: pick('generator', generators, values.generator, (name, asked) => name === asked),
    doors: pick(
      'door',
      [undefined, ...doors],
      values.door,
      (door, asked) => (door ?? 'without') === asked,
    ),
    rows: pick('row', rows, values.row, ({ name }, asked) => name.includes(asked)),
    isWhole: Object.keys(values).length === 0,
  }
}

/** The cells of one CMake, the project without pyembed first. */
export function cellsOf(cmake: CMake, cut: Cut): readonly Cell[] {
  const here = [undefined, ...doorsOf(cmake)].filter((door) => cut.doors.includes(door))
  return cut.generators.flatMap((generator) =>
    cut.rows.flatMap((row) => here.map((door) => ({ row, cmake, generator, door }))),
  )
}

function pick<T>(
  what: string,
  all: readonly T[],
  asked: readonly string[] | undefined,
  isIt: (item: T, asked: string) => boolean,
): readonly T[] {
  if (asked === undefined) return all
  for (const each of asked) {
    if (!all.some((item) => isIt(item, each))) throw new Error(`There is no ${what} \`${each}\``)
  }
  return all.filter((item) => asked.some((each) => isIt(item, each)))
}
