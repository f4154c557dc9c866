import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

import { systemErrorCode } from '../errors.ts'
import { hostMark, isAlive } from '../process/host.ts'
import { stampFile } from './stamp.ts'

/** In milliseconds. */
export interface LeaseTiming {
  /** Between looks at a lease that another process holds. */
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
 */
export async function withLease(
  path: string,
  { timing, signal, isDone, onWait }: LeaseOptions,
  work: () => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const name = `${process.pid} ${randomBytes(8).toString('hex')} ${hostMark()}`
  let file: FileHandle | undefined
  let isWaiting = false
  for (const watch = watchLease(path, timing); ;) {
    if (await isDone()) return
    file = await take(path, name)
    if (file !== undefined) break
    const dead = await watch()
    if (dead !== undefined && (await removeLease(path, dead))) continue
    if (!isWaiting) onWait?.()
    isWaiting = true
    await sleep(timing.poll, undefined, { signal })
  }
  const held = file
  const heartbeat = setInterval(() => {
    const now = new Date()
    held.utimes(now, now).catch(() => undefined)
  }, timing.heartbeat)
  heartbeat.unref()
  try {
    if (!(await isDone())) await work()
  } finally {
    clearInterval(heartbeat)
    await held.close()
    while (!(await removeLease(path, name))) await sleep(timing.poll)
  }
}

async function take(path: string, name: string): Promise<FileHandle | undefined> {
  let file: FileHandle
  try {
    file = await open(path, 'wx')
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return undefined
    throw error
  }
  await file.writeFile(name)
  return file
}

/** Looks at a lease again and again; says its name when its holder is dead. */
function watchLease(path: string, { poll, stale }: LeaseTiming): () => Promise<string | undefined> {
  let seen: string | undefined
  let last = performance.now()
  let quiet = 0
  return async () => {
    const stamp = stampFile(path)
    const name = await readFile(path, 'utf8').catch(() => undefined)
    if (stamp === undefined || name === undefined) return undefined
    const now = performance.now()
    // Only whether the file's time changes counts: the clocks of two machines, or of one, may differ. And a machine
    // that was asleep, or busy, did not hear the holder either.
    quiet = seen === stamp ? quiet + Math.min(now - last, 10 * poll) : 0
    seen = stamp
    last = now
    return isGone(name) || quiet > stale ? name : undefined
  }
}

function isGone(name: string): boolean {
  const [pid = '', , host] = name.split(' ')
  return /^\d+$/.test(pid) && host === hostMark() && !isAlive(Number(pid))
}

/** What its maker needs for a moment; left behind by a process that died in it. */
const markerAge = 60_000

/**
 * Removes the lease of that name, not one that came meanwhile: who removes holds a marker, so that between the look
 * and the removal nobody else does. False when another one holds it.
 */
export async function removeLease(path: string, name: string): Promise<boolean> {
  const marker = `${path}.remove`
  try {
    await (await open(marker, 'wx')).close()
  } catch (error) {
    // The folder is gone, and the lease with it.
    if (systemErrorCode(error) === 'ENOENT') return true
    if (systemErrorCode(error) !== 'EEXIST') throw error
    const changed = (await stat(marker).catch(() => undefined))?.mtimeMs ?? Date.now()
    if (Date.now() - changed > markerAge) await rm(marker, { force: true })
    return false
  }
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) === name)
      await rm(path, { force: true })
    return true
  } finally {
    await rm(marker, { force: true })
  }
}
