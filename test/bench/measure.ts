import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

import { cleanEnvironment } from '../helpers/cli.ts'

export interface Command {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

/**
 * What to measure; `command` is called before each run, outside the measured time, and gives it folders of its
 * own. Nothing is deleted in between: for minutes ext4 creates files slowly where many were deleted.
 */
export interface Subject {
  readonly name: string
  readonly command: (run: number) => Command
}

export interface Sample {
  readonly wallMs: number
  /** Sum over the process tree of each process's largest resident size. */
  readonly peakBytes: number
}

/** Without what makes each start of Node read a file of certificates first, which takes as long as the quick commands. */
export function benchEnvironment(): Record<string, string | undefined> {
  const { NODE_EXTRA_CA_CERTS: _, ...others } = cleanEnvironment()
  return others
}

/** Runs a subject to its end. @throws when it fails */
async function measureOnce({ name, command }: Subject, run: number): Promise<Sample> {
  const { argv, env, cwd } = command(run)
  // What the one before left to be written is not this one's to wait for.
  spawnSync('sync')
  const [program = '', ...args] = argv
  const started = performance.now()
  const child = spawn(program, args, {
    env,
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const peaks = watchMemory(child)
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('exit', resolve)
    child.on('error', reject)
  })
  const wallMs = performance.now() - started
  if (code !== 0) throw new Error(`${name} failed with ${code}:\n${stderr}`)
  return { wallMs, peakBytes: [...peaks.values()].reduce((sum, peak) => sum + peak, 0) }
}

/** Measures subjects in turn, A B C A B C …, so that a machine that slows down slows all; after one warm-up. */
export async function measureInTurn(
  subjects: readonly Subject[],
  runs: number,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]))
  for (let run = -1; run < runs; run++) {
    for (const subject of subjects) {
      const sample = await measureOnce(subject, run)
      if (run >= 0) samples.get(subject.name)?.push(sample)
    }
  }
  return samples
}

/** Polls VmHWM of the child and its descendants; the kernel keeps the maximum, so polling misses only short lives. */
function watchMemory(child: ChildProcess): ReadonlyMap<number, number> {
  const peaks = new Map<number, number>()
  const timer = setInterval(() => {
    for (const pid of [child.pid ?? 0, ...descendants(child.pid ?? 0)]) {
      const peak = highWaterMark(pid)
      if (peak !== undefined) peaks.set(pid, peak)
    }
  }, 10)
  child.on('exit', () => clearInterval(timer))
  return peaks
}

function descendants(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .flatMap((child) => [Number(child), ...descendants(Number(child))]),
    )
  } catch {
    return []
  }
}

function highWaterMark(pid: number): number | undefined {
  try {
    const line = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return line?.[1] === undefined ? undefined : Number(line[1]) * 1024
  } catch {
    return undefined
  }
}
