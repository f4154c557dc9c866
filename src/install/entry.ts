import { rm } from 'node:fs/promises'

import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { cachePath } from '../fetch/cache.ts'
import { downloadFile } from '../fetch/download.ts'
import { pythonSources } from '../fetch/source.ts'
import { createGrowth, type Growth } from '../fs/growth.ts'
import type { Lock, LockedArchive, LockedPackage } from '../lock/lock.ts'
import { parseTarget } from '../platform/target.ts'
import { assetKey } from '../releases/asset.ts'
import { type EntryHead, openEntry, type StoreEntry } from '../store/entry.ts'
import { hasKeyFiles } from '../store/key-files.ts'
import { computePin } from '../store/pin.ts'
import { discardEntry, makeEntry } from '../store/stage.ts'
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
 * and all that is missing is fetched again.
 */
export async function ensureEntry(
  context: Context,
  locked: LockedPrefix,
  fetchWheels: () => Promise<void> = () => Promise.resolve(),
): Promise<StoreEntry> {
  const head = await entryHead(locked)
  const existing = await openEntry(context.env.dataDir, head.pin)
  if (existing !== undefined) {
    if (hasKeyFiles(existing.prefix, { ...head, target: parseTarget(head.target) })) return existing
    context.emit({
      kind: 'warning',
      text: `files of \`${existing.directory}\` are gone; installing it again`,
    })
    await discardEntry(existing)
  }
  return withRepairs(context, locked, async () => {
    const archive = await fetchArchive(context, locked)
    await fetchWheels()
    return installEntry(context, locked, head, archive)
  })
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
    await unpackParts(prefixParts(context, locked, archive))
  })
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
