import { rmSync } from 'node:fs'
import { join } from 'node:path'

import pMap from 'p-map'

import {
  findKillPoints,
  type KillPoint,
  type Phase,
  phases,
  runKilled,
} from '../helpers/kill-points.ts'
import { type CacheState, problemsAfterFault, type SandboxTemplate } from '../helpers/sandbox.ts'

/** What came of the kills of one command in one phase. */
export interface KillCount {
  readonly command: string
  readonly cache: 'cold' | 'half'
  readonly phase: Phase
  readonly kills: number
  /** System calls at which it was killed, each counted once. */
  readonly places: number
  /** What was wrong afterwards, with the place; empty when all went well. */
  readonly problems: readonly string[]
}

/** Kills `lock` and `sync`, from a cold and from a half filled cache, `count` times in each phase. */
export async function soakKills(
  template: SandboxTemplate,
  count: number,
  report: (done: KillCount) => void,
): Promise<readonly KillCount[]> {
  const rounds = ['sync', 'lock'].flatMap((command) =>
    (['cold', 'half'] as const).flatMap((cache) =>
      phases.map((phase) => ({ command, cache, phase })),
    ),
  )
  return pMap(
    rounds,
    async (round) => {
      const done = await soakPhase(template, round, count)
      report(done)
      return done
    },
    { concurrency: 2 },
  )
}

type Round = Pick<KillCount, 'command' | 'cache' | 'phase'>

async function soakPhase(
  template: SandboxTemplate,
  { command, cache, phase }: Round,
  count: number,
): Promise<KillCount> {
  const half: CacheState = phase === 'download' ? 'wheels' : 'downloaded'
  const root = join(template.root, `${command}-${cache}-${phase}`)
  const options = { state: cache === 'cold' ? 'cold' : half, hasLock: command === 'sync' } as const
  const watched = await findKillPoints(template.make(root, options), [command])
  rmSync(root, { recursive: true })
  const points = watched.filter((point) => point.phase === phase)

  const places = new Set<string>()
  const problems: string[] = []
  let kills = 0
  // Threads take turns as they like: what is hit may be of another phase, and does not count.
  for (let turn = 0; kills < count && turn < 2 * count; turn++) {
    const point = pick(points, turn)
    const sandbox = template.make(root, options)
    const hit = await runKilled(sandbox, [command], point)
    const place = `${point.call} ${point.nth}`
    if (hit.isDead && hit.phase === phase) {
      kills += 1
      places.add(place)
    }
    const found = await problemsAfterFault(sandbox, [command])
    problems.push(...found.map((problem) => `${command}, ${cache}, ${place}: ${problem}`))
    rmSync(root, { recursive: true })
  }
  return { command, cache, phase, kills, places: places.size, problems }
}

/** Spreads any number of turns evenly: each falls into the widest gap (the golden ratio). */
function pick(points: readonly KillPoint[], turn: number): KillPoint {
  const part = (0.5 + turn * 0.618_033_988_75) % 1
  const point = points[Math.floor(points.length * part)]
  if (point === undefined) throw new Error('there is nothing to kill in this phase')
  return point
}
