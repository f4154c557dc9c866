import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, readFile, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

import { systemErrorCode } from '../errors.ts'
import { hostMark, isAlive } from '../process/host.ts'
import { makeFolders } from './make-folders.ts'
import { stampFile } from './stamp.ts'

/** In milliseconds. */
export interface LeaseTiming {
  /** Between looks at a lease that another process holds; the work is looked at ten times as often. */
  readonly poll: number
  /** Between signs of life of the holder. */
  readonly heartbeat: number
  /** Without a sign of life for so long the holder is taken for dead. */
  readonly stale: number
}

export interface LeaseOptions {
  readonly timing: LeaseTiming
  readonly signal?: AbortSignal | undefined
  /** Whether the work is done, by whomever. */
  readonly isDone: () => Promise<boolean>
  /** Another one has it; said once. */
  readonly onWait?: () => void
}

/**
 * Does a piece of work that many processes may want at once: one does it, the others wait until it is done or its
 * holder is gone. It only saves work: a holder that was taken for dead may go on, so the result must be put in place
 * in one step. Needs exclusive creation and file times, no `flock`. Returns when the work is done.
 *
 * The lease is a file with its holder's name. A dead one is not removed, for another process may be about to do so and
 * to make its own: it is succeeded by the next generation (`path-1` after `path`), which only one can create and
 * which takes the earlier ones with it when it goes.
 */
export async function withLease(
  path: string,
  { timing, signal, isDone, onWait }: LeaseOptions,
  work: () => Promise<void>,
): Promise<void> {
  makeFolders(dirname(path))
  const name = `${process.pid} ${randomBytes(8).toString('hex')} ${hostMark()}`
  let lease: Lease | undefined
  let isWaiting = false
  for (const watch = watchLease(timing); ;) {
    if (await isDone()) return
    lease = await take(path, name, watch)
    if (lease !== undefined) break
    if (!isWaiting) onWait?.()
    isWaiting = true
    // Four syncs at once are a tenth slower where two of them see only after a whole poll that it is done.
    const next = performance.now() + timing.poll
    while (performance.now() < next && !(await isDone()))
      await sleep(timing.poll / 10, undefined, { signal })
  }
  const { file, generation } = lease
  const heartbeat = setInterval(() => {
    const now = new Date()
    file.utimes(now, now).catch(() => undefined)
  }, timing.heartbeat)
  heartbeat.unref()
  try {
    if (!(await isDone())) await work()
  } finally {
    clearInterval(heartbeat)
    await file.close()
    for (const earlier of (await generationsOf(path)).filter((each) => each < generation))
      await rm(leasePath(path, earlier), { recursive: true, force: true })
    if ((await holderOf(leasePath(path, generation))) === name)
      await rm(leasePath(path, generation), { force: true })
  }
}

/** Whether the file of a lease, as found in a folder, has a holder that may be at work. */
export async function isHeld(path: string): Promise<boolean> {
  const name = await holderOf(path)
  return name === undefined || !isGone(name)
}

interface Lease {
  readonly file: FileHandle
  readonly generation: number
}

/** Takes the lease when nobody has it, or when its holder is dead. */
async function take(path: string, name: string, watch: Watch): Promise<Lease | undefined> {
  const newest = (await generationsOf(path)).at(-1)
  if (newest === undefined) return create(path, 0, name)
  const holder = await watch(leasePath(path, newest))
  if (holder === 'alive') return undefined
  const lease = await create(path, newest + 1, name)
  if (lease === undefined || (await holderOf(leasePath(path, newest))) === holder.dead) return lease
  // It was succeeded and has gone meanwhile, or its place is another's now.
  await lease.file.close()
  await rm(leasePath(path, lease.generation), { force: true })
  return undefined
}

async function create(path: string, generation: number, name: string): Promise<Lease | undefined> {
  let file: FileHandle
  try {
    file = await open(leasePath(path, generation), 'wx')
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return undefined
    throw error
  }
  await file.writeFile(name)
  return { file, generation }
}

function leasePath(path: string, generation: number): string {
  return generation === 0 ? path : `${path}-${generation}`
}

async function generationsOf(path: string): Promise<readonly number[]> {
  const base = basename(path)
  const generations: number[] = []
  for (const found of await readdir(dirname(path)).catch(() => [])) {
    if (!found.startsWith(base)) continue
    const rest = /^(?:-(\d+))?$/.exec(found.slice(base.length))
    if (rest !== null) generations.push(Number(rest[1] ?? 0))
  }
  return generations.sort((a, b) => a - b)
}

/** The name in a lease; undefined when there is none that could be read. */
async function holderOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

type Watch = (path: string) => Promise<'alive' | { readonly dead: string | undefined }>

/** Looks at the newest lease again and again, and says when its holder is dead. */
function watchLease({ poll, stale }: LeaseTiming): Watch {
  let seen: string | undefined
  let last = performance.now()
  let quiet = 0
  return async (path) => {
    const stamp = stampFile(path)
    const name = await holderOf(path)
    if (stamp === undefined) return 'alive'
    const now = performance.now()
    // Only whether the file's time changes counts: the clocks of two machines, or of one, may differ. And a machine
    // that was asleep, or busy, did not hear the holder either.
    quiet = seen === stamp ? quiet + Math.min(now - last, 10 * poll) : 0
    seen = stamp
    last = now
    return (name !== undefined && isGone(name)) || quiet > stale ? { dead: name } : 'alive'
  }
}

function isGone(name: string): boolean {
  const [pid = '', , host] = name.split(' ')
  return /^\d+$/.test(pid) && host === hostMark() && !isAlive(Number(pid))
}
