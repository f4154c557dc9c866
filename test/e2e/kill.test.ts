import { join } from 'node:path'

import { beforeAll, expect, inject, it } from 'vitest'

import { findKillPoints, type KillPoint, type Phase, runKilled } from '../helpers/kill-points.ts'
import {
  type CacheState,
  openTemplate,
  problemsAfterFault,
  type Sandbox,
  type SandboxTemplate,
} from '../helpers/sandbox.ts'
import { cut } from '../helpers/soak.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'

/** A few of the places of `npm run soak`, as parts of the way through a phase. */
const places: readonly (readonly [string, CacheState, Phase, number])[] = [
  ['sync', 'wheels', 'download', 0.9],
  ['sync', 'downloaded', 'unpack', 0.3],
  ['sync', 'downloaded', 'patch', 0.3],
  ['sync', 'downloaded', 'install', 0.99],
  ['sync', 'downloaded', 'rename', 0.15],
  ['sync', 'downloaded', 'rename', 0.99],
  ['lock', 'downloaded', 'rename', 0.99],
]

describeWithTools(['strace'], 'kill -9', () => {
  const directory = sharedDirectory('kill')
  let template: SandboxTemplate
  const watched = new Map<string, readonly KillPoint[]>()
  beforeAll(() => {
    template = openTemplate(inject('template'), inject('mirror'))
  })

  let made = 0
  const makeSandbox = (command: string, state: CacheState): Sandbox => {
    made += 1
    const root = join(directory.path, String(made))
    return template.make(root, { state, hasLock: command === 'sync' })
  }
  const pointsOf = async (command: string, state: CacheState): Promise<readonly KillPoint[]> => {
    const known = watched.get(command + state)
    const points = known ?? (await findKillPoints(makeSandbox(command, state), [command]))
    watched.set(command + state, points)
    return points
  }

  it.each(cut(places, 0, 1, 2, 3, 6))(
    'in %s, %s: %s at %d',
    async (command, state, phase, part) => {
      const points = (await pointsOf(command, state)).filter((point) => point.phase === phase)
      const point = points[Math.floor(points.length * part)]
      if (point === undefined) throw new Error(`${command} does not ${phase}`)
      const sandbox = makeSandbox(command, state)

      expect(await runKilled(sandbox, [command], point)).toMatchObject({ isDead: true })

      expect(await problemsAfterFault(sandbox, [command])).toEqual([])
    },
  )
})
