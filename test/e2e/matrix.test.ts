import { join } from 'node:path'

import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import type { SyncResult } from '../../src/project/sync-state.ts'
import { runCli } from '../helpers/cli.ts'
import { type CMake, findCMakes } from '../helpers/cmake.ts'
import { copySharedProject } from '../helpers/prefix.ts'
import { linux } from '../helpers/project.ts'
import { cut } from '../helpers/soak.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { runCell } from '../matrix/cell.ts'
import { doorsOf } from '../matrix/cmakes.ts'
import { compare, isMiss } from '../matrix/compare.ts'
import { judge } from '../matrix/judge.ts'
import { rows } from '../matrix/rows.ts'
import { type Pin, prepareWorld, type World } from '../matrix/world.ts'

/** Of its own, in a store of its own: what is led astray runs its Pythons, and they write byte code. */
async function pin(build: string, directory: string): Promise<Pin> {
  const project = copySharedProject(build, join(directory, build))
  const env = { ...inject('cliEnv'), PYEMBED_DATA_DIR: join(directory, 'data') }
  const { exitCode, stderr, json } = await runCli(['sync', '--json', '--target', linux], {
    cwd: project,
    env,
  })
  if (exitCode !== 0) throw new Error(stderr)
  return { project, prefix: json<SyncResult>().prefix }
}

/** The cut of docs/matrix.md that every change is tested with: this machine's CMake, Ninja, two doors in turn. */
describeWithTools(['cmake', 'ninja', 'cc', 'g++', 'readelf'], 'matrix', () => {
  const directory = makeDirectory('matrix')
  let world: World
  let cmake: CMake
  beforeAll(async () => {
    world = await prepareWorld(directory.path, {
      '3.14': await pin('20260610', directory.path),
      '3.11': await pin('20241219', directory.path),
    })
    const [found] = findCMakes()
    if (found === undefined) throw new Error('there is no cmake')
    cmake = found
  })
  afterAll(directory.remove)

  it.each(rows)('$name', async (row) => {
    const doors = doorsOf(cmake).filter((door) => door === 'include' || door === 'provider')
    const ledAstray = row.case === 'numpy'
    for (const door of [
      undefined,
      ...cut(doors, ledAstray ? 0 : rows.indexOf(row) % doors.length),
    ]) {
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
