import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A command to measure; `before` puts the world into the state that each run starts from. */
export interface Subject {
  readonly name: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly before?: () => void
}

export interface Sample {
  readonly wallMs: number
  /** Sum over the process tree of each process's largest resident size. */
  readonly peakBytes: number
}

/** Runs a command to its end. @throws when it fails */
export async function measureOnce(subject: Subject): Promise<Sample> {
  subject.before?.()
  const [program = '', ...args] = subject.argv
  const started = performance.now()
  const child = spawn(program, args, {
    env: subject.env,
    cwd: subject.cwd,
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
  if (code !== 0) throw new Error(`${subject.name} failed with ${code}:\n${stderr}`)
  return { wallMs, peakBytes: [...peaks.values()].reduce((sum, peak) => sum + peak, 0) }
}

/** Measures subjects in turn, A B C A B C …, so that a machine that slows down slows all; after one warm-up. */
export async function measureInTurn(
  subjects: readonly Subject[],
  runs: number,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]))
  for (let run = -1; run < runs; run++) {
    const order = run % 2 === 1 ? subjects.toReversed() : subjects
    for (const subject of order) {
      const sample = await measureOnce(subject)
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
