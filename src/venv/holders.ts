import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { isAlive, isSuspended, randomMark } from '../process/host.ts'
import { readThere } from './read-there.ts'

/**
 * What a lock is held for; `run` is shared, the others are exclusive and come to an end. `lend`: an app that runs in
 * the environment has its own lock set aside, for an installation of its own.
 */
export type Purpose =
  | 'create'
  | 'install'
  | 'remove'
  | 'repair'
  | 'adopt'
  | 'relink'
  | 'run'
  | 'lend'

/** Who holds a lock, as the file of a holder says. */
export interface Holder {
  readonly boot: string
  readonly host: string
  readonly namespace: string
  readonly pid: number
  readonly program: string
  readonly purpose: Purpose
}

/** The file of a holder; without `holder` when it cannot be read (yet). */
export interface HolderFile {
  readonly path: string
  readonly holder: Holder | undefined
}

export function ownHolder(purpose: Purpose): Holder {
  return { ...here(), pid: process.pid, program: 'pyembed', purpose }
}

/** Says who has the lock of an environment. @returns the path of the file */
export function writeHolder(directory: string, name: string, purpose: Purpose): string {
  const path = join(directory, `.${name}.held-${process.pid}-${randomMark()}`)
  try {
    writeFileSync(path, JSON.stringify(ownHolder(purpose)), { flag: 'wx' })
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
  return path
}

/** Who says that they have it. */
export function readHolders(directory: string, name: string): readonly HolderFile[] {
  const start = `.${name}.held-`
  return listNames(directory)
    .filter(
      (found) => found.startsWith(start) && /^\d+-[0-9a-f]{8}$/.test(found.slice(start.length)),
    )
    .map((found) => readHolder(join(directory, found)))
}

export function readHolder(path: string): HolderFile {
  try {
    const holder = JSON.parse(readThere(path)?.text ?? '') as Holder | null
    return { path, holder: typeof holder?.pid === 'number' ? holder : undefined }
  } catch {
    return { path, holder: undefined }
  }
}

/**
 * Removes what dead processes left. With an exclusive lock nobody else has one, so all others are dead; with a shared
 * one those are that can be seen to be.
 */
export function removeHolders(others: readonly HolderFile[], isExclusive: boolean): void {
  for (const file of others) {
    const isGone = isExclusive || (file.holder !== undefined && isDead(file.holder))
    if (isGone && !isLending(file)) rmSync(file.path, { force: true })
  }
}

/** Whether it is to be waited for although the lock is free. */
export function isLending({ holder }: HolderFile): boolean {
  return holder?.purpose === 'lend' && !isDead(holder)
}

/** Whether its process id means something here: same host, since the same start, same container. */
export function isHere({ boot, host, namespace }: Holder): boolean {
  const place = here()
  return boot === place.boot && host === place.host && namespace === place.namespace
}

export function isDead(holder: Holder): boolean {
  return isHere(holder) && !isAlive(holder.pid)
}

/** Whether nobody knows when it goes on. */
export function isStopped(holder: Holder): boolean {
  return isHere(holder) && isSuspended(holder.pid)
}

export function describeHolder({ path, holder }: HolderFile): string {
  if (holder === undefined) return `a process that \`${path}\` does not tell`
  const where = isHere(holder) ? '' : ` on \`${holder.host}\``
  const how = isStopped(holder) ? ', stopped' : ''
  return `\`${holder.program}\` (process ${holder.pid}${where}, ${holder.purpose}${how})`
}

function here(): Pick<Holder, 'boot' | 'host' | 'namespace'> {
  return {
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    host: hostname(),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  }
}

/** Only Linux has these files. */
function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

function listNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
