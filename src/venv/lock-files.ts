import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { stampFile } from '../fs/stamp.ts'
import {
  type HolderFile,
  isDead,
  ownHolder,
  type Purpose,
  readHolder,
  readHolders,
  writeHolder,
} from './holders.ts'

const heartbeat = 10_000
const quietForDead = 60_000

/** Tells holders that died from those that live, by watching their files. */
export type Watch = (file: HolderFile) => boolean

/**
 * Watches files of holders: one whose process is not here any more is dead; and one of this host, before it was
 * started anew, whose time does not change. Of another host none is ever taken for dead.
 */
export function watchHolders(): Watch {
  const seen = new Map<string, { stamp: string | undefined; since: number }>()
  return ({ path, holder }) => {
    if (holder !== undefined && isDead(holder)) return false
    const stamp = stampFile(path)
    if (stamp === undefined) return false
    if (holder !== undefined && holder.host !== hostname()) return true
    const known = seen.get(path)
    const since = known?.stamp === stamp ? known.since : process.uptime() * 1000
    seen.set(path, { stamp, since })
    return process.uptime() * 1000 - since < quietForDead
  }
}

export interface FileLock {
  readonly release: () => void
}

/**
 * A lock where the file system has none, by exclusive creation and signs of life (docs/venv-contract.md, Locks).
 * Each side makes its file before it looks for the other's: of two that come at once at least one sees the other.
 */
export function tryFiles(
  directory: string,
  name: string,
  purpose: Purpose,
  isAlive: Watch,
): FileLock | 'held' {
  const lease = join(directory, `.${name}.lease`)
  if (purpose === 'run') {
    const own = writeHolder(directory, name, purpose)
    if (isHeld(lease, isAlive)) {
      rmSync(own, { force: true })
      return 'held'
    }
    return keepAlive([own])
  }
  if (isHeld(lease, isAlive) || !makeLease(lease, purpose)) return 'held'
  // Before it looks for others, and be it that two removed one dead lease and each made its own: one sees the other.
  const own = writeHolder(directory, name, purpose)
  const isAlone = !readHolders(directory, name).some((file) => file.path !== own && isAlive(file))
  if (isAlone) return keepAlive([lease, own])
  for (const file of [own, lease]) rmSync(file, { force: true })
  return 'held'
}

/** Whether a living process has the lease; that of a dead one is removed. */
function isHeld(lease: string, isAlive: Watch): boolean {
  if (stampFile(lease) === undefined) return false
  if (isAlive(readHolder(lease))) return true
  rmSync(lease, { force: true })
  return false
}

function makeLease(lease: string, purpose: Purpose): boolean {
  try {
    writeFileSync(lease, JSON.stringify(ownHolder(purpose)), { flag: 'wx' })
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false
    throw error
  }
}

function keepAlive(files: readonly string[]): FileLock {
  const beat = (): void => {
    const now = new Date()
    for (const file of files) {
      try {
        utimesSync(file, now, now)
      } catch {
        // Others see no sign of life then, and ask the user before they go on.
      }
    }
  }
  const timer = setInterval(beat, heartbeat)
  timer.unref()
  return {
    release: () => {
      clearInterval(timer)
      for (const file of files) rmSync(file, { force: true })
    },
  }
}
