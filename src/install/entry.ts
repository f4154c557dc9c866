import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Context } from '../context.ts'
import { hasErrorCode, PyEmbedError } from '../errors.ts'
import { cachePath } from '../fetch/cache.ts'
import { downloadFile } from '../fetch/download.ts'
import { pythonSources } from '../fetch/source.ts'
import { createGrowth, type Growth } from '../fs/growth.ts'
import { recordFile } from '../fs/inventory.ts'
import { withLease } from '../fs/lease.ts'
import { sweepLeftovers } from '../fs/leftovers.ts'
import { takeAway } from '../fs/take-away.ts'
import type { Lock, LockedArchive, LockedPackage } from '../lock/lock.ts'
import { parseTarget } from '../platform/target.ts'
import { assetKey } from '../releases/asset.ts'
import { type EntryHead, openEntry, readEntry, type StoreEntry } from '../store/entry.ts'
import { hasKeyFiles } from '../store/key-files.ts'
import { computePin } from '../store/pin.ts'
import { entryDirectory, leasesDirectory, storeDirectory } from '../store/paths.ts'
import { makeEntry } from '../store/stage.ts'
import { damagedCacheFile } from './damaged.ts'
import { type PrefixParts, unpackGrowing, unpackParts, writePrefix } from './prefix.ts'
import { recipe } from './recipe.ts'

/** What of a lock makes one prefix. */
export interface LockedPrefix {
  readonly target: string
  readonly python: Lock['python']
  readonly archive: LockedArchive
  readonly packages: readonly LockedPackage[]
  readonly floors: Readonly<Record<string, string>>
}

export function lockedPrefix(lock: Lock, target: string): LockedPrefix | undefined {
  const locked = lock.targets[target]
  if (locked === undefined) return undefined
  return { target, python: lock.python, ...locked, floors: { ...lock.platform } }
}

/** The head of the store entry a locked prefix becomes. */
export async function entryHead(locked: LockedPrefix): Promise<EntryHead> {
  const { target, python, archive, packages, floors } = locked
  const key = assetKey({ ...python, target })
  const pin = await computePin({
    key,
    recipe,
    archive: archive.sha256,
    floors,
    wheels: Object.fromEntries(packages.map(({ wheel, sha256 }) => [wheel, sha256])),
  })
  return {
    pin,
    key,
    target,
    ...python,
    packages: packages.map(({ name, version }) => ({ name, version })),
  }
}

/** Puts the archive of a locked prefix into the download cache; what has to be fetched is unpacked as it comes. */
export async function fetchArchive(context: Context, locked: LockedPrefix): Promise<string> {
  const { archive, python } = locked
  const wanted = { ...archive, build: python.build }
  const growth = createGrowth()
  let unpacking = Promise.resolve()
  const begin = (path: string): void => {
    const parts = prefixParts(context, locked, path, growth)
    unpacking = unpacking.then(() => unpackGrowing(parts))
  }
  try {
    return await downloadFile(context, wanted, pythonSources(context.env), { growth, begin })
  } finally {
    await unpacking
  }
}

/**
 * The store entry of a locked prefix: the one that is there, or a new one from the archive and the wheels.
 * `fetchWheels` puts the wheels into the download cache. A cached file that turns out damaged is removed,
 * and all that is missing is fetched again. Of several processes that want an entry one makes it.
 */
export async function ensureEntry(
  context: Context,
  locked: LockedPrefix,
  fetchWheels: () => Promise<void> = () => Promise.resolve(),
): Promise<StoreEntry> {
  const head = await entryHead(locked)
  const { env, emit, signal } = context
  const leases = leasesDirectory(env.dataDir)
  const made: StoreEntry[] = []
  // Another process may fail, or leave a damaged one.
  for (;;) {
    const entry = made[0] ?? (await openWhole(context, head))
    if (entry !== undefined) return entry
    await sweepLeftovers(leases, storeDirectory(env.dataDir))
    const directory = entryDirectory(env.dataDir, head.pin.id)
    const isDone = () => Promise.resolve(existsSync(directory))
    const onWait = () => emit({ kind: 'detail', text: `another process installs ${head.key}` })
    const options = { timing: env.transfer.lease, signal, isDone, onWait }
    await withLease(join(leases, `${head.pin.id}.lease`), options, async () => {
      const install = async (): Promise<StoreEntry> => {
        const archive = await fetchArchive(context, locked)
        await fetchWheels()
        return installEntry(context, locked, head, archive)
      }
      made.push(await withRepairs(context, locked, install))
    })
  }
}

/** The entry that is there; one that cannot be read or lacks what no prefix is without is removed, and a warning says so. */
async function openWhole({ env, emit }: Context, head: EntryHead): Promise<StoreEntry | undefined> {
  const directory = entryDirectory(env.dataDir, head.pin.id)
  const isWhole = async (path: string): Promise<boolean> => {
    try {
      const entry = await readEntry(path)
      const kind = { ...head, target: parseTarget(head.target) }
      return entry !== undefined && hasKeyFiles(entry.prefix, kind)
    } catch (error) {
      if (hasErrorCode(error, 'PYEMBED_STORE_ENTRY_INVALID')) return false
      throw error
    }
  }
  while (existsSync(directory)) {
    if (await isWhole(directory)) return openEntry(env.dataDir, head.pin)
    // Of several processes that see this one may have put a whole entry there by now.
    const taken = await takeAway(directory, isWhole)
    if (taken === undefined) continue
    emit({ kind: 'warning', text: `\`${directory}\` is damaged; installing it again` })
    await rm(taken, { recursive: true, force: true })
  }
  return undefined
}

/**
 * Puts all that a store entry is made of into the cache, unpacked: what is left to do for it then needs no network
 * and starts no process. Repairs as {@link ensureEntry} does.
 */
export async function ensureCached(
  context: Context,
  locked: LockedPrefix,
  fetchWheels: () => Promise<void>,
): Promise<void> {
  await withRepairs(context, locked, async () => {
    const archive = await fetchArchive(context, locked)
    await fetchWheels()
    const parts = prefixParts(context, locked, archive)
    await unpackParts(parts)
    // What is unpacked already was not read, and these files may be carried elsewhere.
    for (const file of [parts.archive, ...parts.wheels]) requireWhole(file)
  })
}

function requireWhole(file: {
  readonly path: string
  readonly name: string
  readonly sha256: string
}): void {
  const { sha256 } = recordFile(file.path, Buffer.allocUnsafe(1024 * 1024))
  if (sha256 !== file.sha256) throw damagedCacheFile(file, sha256)
}

/** Does what takes files from the cache; of those that turn out damaged, removes them and does it again. */
export async function withRepairs<Result>(
  context: Context,
  locked: LockedPrefix,
  make: () => Promise<Result>,
): Promise<Result> {
  // Each file of the cache can be damaged, and each is named when it is come upon.
  for (let repairs = 2 * (locked.packages.length + 1); ; repairs--) {
    try {
      return await make()
    } catch (error) {
      if (repairs < 0 || !(await repairCache(error))) throw error
      const { message } = error as Error
      context.emit({ kind: 'warning', text: `${message}; trying again` })
    }
  }
}

/** Removes the damaged file or folder of the cache that an error is about. Says whether it was about one. */
async function repairCache(error: unknown): Promise<boolean> {
  const damaged = error instanceof PyEmbedError ? error.damaged : undefined
  if (damaged === undefined) return false
  await rm(damaged, { recursive: true, force: true })
  return true
}

async function installEntry(
  context: Context,
  locked: LockedPrefix,
  head: EntryHead,
  archive: string,
): Promise<StoreEntry> {
  const { env, emit } = context
  emit({ kind: 'start', id: head.key, text: `Installing ${head.key}` })
  const entry = await makeEntry(env, head, (writer) =>
    writePrefix(writer, prefixParts(context, locked, archive)),
  )
  emit({ kind: 'end', id: head.key, text: `Installed ${head.pin.id}` })
  return entry
}

/** What a locked prefix is written from, with its archive at `path` and its wheels in the download cache. */
export function prefixParts(
  { env, signal }: Context,
  { target, python, archive, packages }: LockedPrefix,
  path: string,
  growth?: Growth,
): PrefixParts {
  return {
    kind: { target: parseTarget(target), version: python.version, variant: python.variant },
    archive: { ...archive, path, growth },
    wheels: packages.map(({ wheel, sha256 }) => ({
      name: wheel,
      path: cachePath(env.cacheDir, sha256),
      sha256,
    })),
    cacheDir: env.cacheDir,
    variables: env.variables,
    signal,
  }
}
