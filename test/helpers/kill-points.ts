import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { runIn, type Sandbox } from './sandbox.ts'

/** What pyembed does when it is killed. */
export const phases = ['download', 'unpack', 'patch', 'install', 'rename'] as const
export type Phase = (typeof phases)[number]

/** A system call that pyembed makes: the n-th of this name in its thread. */
export interface KillPoint {
  readonly call: string
  readonly nth: number
  readonly phase: Phase | undefined
}

export interface Killed {
  /** Where it was; undefined where it was none of the phases. */
  readonly phase: Phase | undefined
  /** False when the run came to its end before. */
  readonly isDead: boolean
}

const calls = ['openat', 'mkdir', 'write', 'pwrite64', 'link', 'symlink', 'unlink', 'rename']
/** `-b execve`: pyembed and its threads, and none of the programs that they start. */
const strace = ['strace', '-f', '-b', 'execve', '-qq', '-y', '-s', '0', '-e', 'signal=none']

/** Runs a program to its end under another one. */
export type RunUnder = (
  under: readonly string[],
) => Promise<{ exitCode: number | undefined; signal?: string | undefined; stderr: string }>

/** The kill points of a run of pyembed, in the order in which it comes by: a run to its end, watched. */
export function findKillPoints(
  sandbox: Sandbox,
  args: readonly string[],
): Promise<readonly KillPoint[]> {
  return findPoints(runPyembed(sandbox, args), join(sandbox.root, 'points.log'))
}

/** Runs pyembed and kills it (kill -9) as it enters that system call. */
export function runKilled(
  sandbox: Sandbox,
  args: readonly string[],
  point: KillPoint,
): Promise<Killed> {
  return killAt(runPyembed(sandbox, args), join(sandbox.root, 'kill.log'), point)
}

/** As {@link findKillPoints}, of any program. */
export async function findPoints(run: RunUnder, log: string): Promise<readonly KillPoint[]> {
  const { exitCode, stderr } = await run(tracing(log, ['--seccomp-bpf']))
  if (exitCode !== 0) throw new Error(stderr)
  const seen = new Set<string>()
  // Of threads that make the same calls, the first to get there is the one that is hit.
  return readTrace(log).filter(({ call, nth }) => {
    const isNew = !seen.has(`${call} ${nth}`)
    seen.add(`${call} ${nth}`)
    return isNew
  })
}

/** As {@link runKilled}, of any program. */
export async function killAt(
  run: RunUnder,
  log: string,
  { call, nth }: KillPoint,
): Promise<Killed> {
  // Without --seccomp-bpf, which makes strace forget the signal.
  const { signal } = await run(tracing(log, ['-e', `inject=${call}:signal=KILL:when=${nth}`]))
  const hit = readTrace(log).find((point) => point.call === call && point.nth === nth)
  return { phase: hit?.phase, isDead: signal === 'SIGKILL' }
}

function runPyembed(sandbox: Sandbox, args: readonly string[]): RunUnder {
  // Calls are counted per thread: with one for the files, a number means the same in every run.
  return (under) => runIn(sandbox, args, { under, env: { UV_THREADPOOL_SIZE: '1' } })
}

function tracing(log: string, more: readonly string[]): readonly string[] {
  const names = calls.map((name) => `?${name}`).join(',')
  return [...strace, '-e', `trace=${names},execve`, '-o', log, ...more]
}

function readTrace(log: string): readonly KillPoint[] {
  const counts = new Map<string, number>()
  const removed = new Set<string>()
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const match = /^(\d+) +(\w+)\((.*)$/.exec(line)
      if (match === null) return []
      const [, thread = '', call = '', rest = ''] = match
      const nth = (counts.get(`${thread} ${call}`) ?? 0) + 1
      counts.set(`${thread} ${call}`, nth)
      // The new name is the last; a descriptor's stands beside it.
      const path = [...rest.matchAll(/"([^"]*)"/g)].at(-1)?.[1] ?? ''
      const subject = /^write|^pwrite/.test(call) ? (/^\d+<([^>]*)>/.exec(rest)?.[1] ?? '') : path
      if (call === 'unlink') removed.add(subject)
      return [{ call, nth, phase: phaseOf(call, subject, rest, removed) }]
    })
}

function phaseOf(
  call: string,
  path: string,
  rest: string,
  removed: ReadonlySet<string>,
): Phase | undefined {
  if (call === 'rename') return /\.(?:tmp|part)-/.test(rest) ? 'rename' : undefined
  const isNew = call !== 'openat' || rest.includes('O_CREAT')
  if (!isNew) return undefined
  if (/\/downloads\/[^/]*\.(?:tmp-|part)/.test(path)) return 'download'
  if (/\/unpacked\/[^/]*\.tmp-/.test(path)) return removed.has(path) ? 'patch' : 'unpack'
  return /\/store\/[^/]*\.tmp-/.test(path) ? 'install' : undefined
}
