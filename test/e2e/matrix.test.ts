import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import { type CMake, findCMakes } from '../helpers/cmake.ts'
import { linux } from '../helpers/project.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { runCell } from '../matrix/cell.ts'
import { doorsOf } from '../matrix/cmakes.ts'
import { compare, isMiss } from '../matrix/compare.ts'
import { judge } from '../matrix/judge.ts'
import { rows } from '../matrix/rows.ts'
import { type Pin, prepareWorld, type World } from '../matrix/world.ts'

/** One of the projects that all tests share. */
function pinned(build: string): Pin {
  const { directory: project = '', results = [] } = inject('projects')[build] ?? {}
  const { prefix = '' } = results.find(({ target }) => target === linux) ?? {}
  return { project, prefix }
}

/** The cut of docs/matrix.md that every change is tested with: this machine's CMake, Ninja, two doors. */
describeWithTools(['cmake', 'ninja', 'cc', 'g++', 'readelf'], 'matrix', () => {
  const directory = makeDirectory('matrix')
  let world: World
  let cmake: CMake
  beforeAll(async () => {
    world = await prepareWorld(directory.path, {
      '3.14': pinned('20260610'),
      '3.11': pinned('20241219'),
    })
    const [found] = findCMakes()
    if (found === undefined) throw new Error('there is no cmake')
    cmake = found
  })
  afterAll(directory.remove)

  it.each(rows)('$name', async (row) => {
    const doors = doorsOf(cmake).filter((door) => door === 'include' || door === 'provider')
    for (const door of [undefined, ...doors]) {
      const cell = { row, cmake, generator: 'Ninja', door } as const
      // Those that are led astray when they run, too, are built; the others are judged by what a build would do.
      const isBuilt = row.case === 'numpy' && door === 'include'
      const judgement = judge(await runCell(world, cell, { isPlanned: !isBuilt }))
      const verdict = compare(cell, judgement)

      expect(isMiss(verdict), `${door ?? 'without pyembed'}: ${verdict}: ${judgement.detail}`).toBe(
        false,
      )
    }
  })
})
