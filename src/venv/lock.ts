import { closeSync, existsSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { makeFolders } from '../fs/make-folders.ts'
import { tryLock } from './flock.ts'
import {
  describeHolder,
  type HolderFile,
  isDead,
  isHere,
  isLending,
  isStopped,
  type Purpose,
  readHolder,
  readHolders,
  removeHolders,
  writeHolder,
} from './holders.ts'
import { tryFiles, type Watch, watchHolders } from './lock-files.ts'
import { findOpeners } from './openers.ts'

/** The folder of an app's environments, and the name of one. */
export interface VenvPlace {
  readonly directory: string
  readonly name: string
}

export interface VenvLock {
  /** What a child has to inherit to keep it; undefined where locks are files. */
  readonly descriptor: number | undefined
  readonly release: () => void
}

/** An interpreter may run for hours; what another process does to an environment comes to an end. */
const patience = 2000
const poll = 20
const longestPoll = 200

/**
 * Takes the lock of an environment, waiting for what others do to it. @throws PYEMBED_VENV_IN_USE, which names them,
 * when an interpreter runs in it, or when they are on another host.
 */
export function lockVenv(context: Context, place: VenvPlace, purpose: Purpose): Promise<VenvLock>
/** Waits as long as it is needed: somebody else may do what it is for. */
export function lockVenv(
  context: Context,
  place: VenvPlace,
  purpose: Purpose,
  isNeeded: () => boolean,
): Promise<VenvLock | undefined>
export async function lockVenv(
  context: Context,
  place: VenvPlace,
  purpose: Purpose,
  isNeeded = () => true,
): Promise<VenvLock | undefined> {
  const isAlive = watchHolders()
  const start = milliseconds()
  let lastEnding = start
  let isTold = false
  for (let pause = poll; ; pause = Math.min(pause * 1.5, longestPoll)) {
    const lock = tryOnce(context, place, purpose, isAlive)
    if (lock !== undefined) return lock
    if (!isNeeded()) return undefined
    const now = milliseconds()
    const holders = holdersOf(place).filter(({ holder }) => !holder || !isDead(holder))
    // Who opens one does not wait for what may take minutes.
    if (purpose !== 'relink' && comesToAnEnd(holders)) lastEnding = now
    else requirePatience(place, holders, now - lastEnding)
    if (now - start > patience / 2 && !isTold) {
      isTold = true
      const who = holders.map(describeHolder).join(', ') || 'another process'
      context.emit({ kind: 'note', text: `Waiting for ${who}, which uses \`${place.name}\`` })
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
    context.signal?.throwIfAborted()
  }
}

function milliseconds(): number {
  return process.uptime() * 1000
}

/** The lock if it is free, else undefined at once. */
export function lockVenvIfFree(
  context: Context,
  place: VenvPlace,
  purpose: Purpose,
): VenvLock | undefined {
  return tryOnce(context, place, purpose, watchHolders())
}

/** Does something with an environment that nobody else may meanwhile. */
export async function withVenvLock<T>(
  context: Context,
  place: VenvPlace,
  purpose: Purpose,
  work: (lock: VenvLock) => T | Promise<T>,
): Promise<T> {
  const lock = await lockVenv(context, place, purpose)
  try {
    return await work(lock)
  } finally {
    lock.release()
  }
}

export function lockPath({ directory, name }: VenvPlace): string {
  return join(directory, `.${name}.lock`)
}

function tryOnce(
  { env }: Context,
  place: VenvPlace,
  purpose: Purpose,
  isAlive: Watch,
): VenvLock | undefined {
  const { directory, name } = place
  const isShared = purpose === 'run'
  for (;;) {
    if (!isShared) makeFolders(directory)
    try {
      const attempt = tryLock(lockPath(place), isShared, env.variables)
      if (attempt === 'held') return undefined
      if (attempt === 'unsupported') {
        const lock = tryFiles(directory, name, purpose, isAlive)
        return lock === 'held' ? undefined : { descriptor: undefined, ...lock }
      }
      const others = readHolders(directory, name)
      if (!isShared && others.some(isLending)) {
        closeSync(attempt)
        return undefined
      }
      return describeLock(attempt, place, purpose, others)
    } catch (error) {
      // Who removed the last environment of an app removed the folder too.
      if (isShared || systemErrorCode(error) !== 'ENOENT') throw error
    }
  }
}

function describeLock(
  descriptor: number,
  { directory, name }: VenvPlace,
  purpose: Purpose,
  others: readonly HolderFile[],
): VenvLock {
  let own: string | undefined
  try {
    own = tryWriteHolder(directory, name, purpose)
    if (own !== undefined) removeHolders(others, purpose !== 'run')
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
  return {
    descriptor,
    release: () => {
      if (own !== undefined) rmSync(own, { force: true })
      closeSync(descriptor)
    },
  }
}

/** It only names: in a folder that may only be read, and on a full disk, one goes without. */
function tryWriteHolder(directory: string, name: string, purpose: Purpose): string | undefined {
  try {
    return writeHolder(directory, name, purpose)
  } catch (error) {
    const code = systemErrorCode(error) ?? ''
    if (['EACCES', 'EROFS', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(code)) return undefined
    throw error
  }
}

function holdersOf({ directory, name }: VenvPlace): readonly HolderFile[] {
  const lease = readHolder(join(directory, `.${name}.lease`))
  const holders = readHolders(directory, name)
  // The one who has the lease has a file of its own too; who died while it was made has not.
  return holders.length === 0 && existsSync(lease.path) ? [lease] : holders
}

/** Whether all of them are at something that ends, as far as they tell. */
function comesToAnEnd(files: readonly HolderFile[]): boolean {
  return (
    files.length > 0 &&
    files.every(
      ({ holder }) =>
        holder === undefined ||
        (holder.purpose !== 'run' && holder.host === hostname() && !isStopped(holder)),
    )
  )
}

/** `waited` is since somebody was seen last who does something that ends. */
function requirePatience(place: VenvPlace, files: readonly HolderFile[], waited: number): void {
  // Who got the lock just now has no file yet.
  if (waited <= (files.length > 0 ? patience : 5 * patience)) return
  const who = files.map(describeHolder).join(', ') || describeOpeners(place)
  const elsewhere = files.find(({ holder }) => holder !== undefined && !isHere(holder))
  throw new PyEmbedError('PYEMBED_VENV_IN_USE', `\`${place.name}\` is in use by ${who}`, {
    hint:
      elsewhere === undefined
        ? 'End that program, then run the command again'
        : `End that program on that host, then run the command again; if it is certain that it is gone, remove \`${elsewhere.path}\` first`,
  })
}

/** What a program that is gone started in the background has its lock, and no file. */
function describeOpeners(place: VenvPlace): string {
  const openers = findOpeners(lockPath(place))
  const names = openers.map(({ pid, program }) => `\`${program}\` (process ${pid})`)
  return names.join(', ') || 'another process'
}
