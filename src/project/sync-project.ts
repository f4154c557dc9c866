import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { PinnedProject } from '../cmake/pin.ts'
import { type PinnedEntry, writeCMakeFiles } from '../cmake/write.ts'
import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { isTemporaryName, sweepTemporary, updateFile } from '../fs/atomic.ts'
import { ensureEntry, type LockedPrefix, lockedPrefix } from '../install/entry.ts'
import { walkFiles } from '../fs/walk.ts'
import { type Lock, lockName } from '../lock/lock.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { readManifest } from '../manifest/read.ts'
import { fetchWheels } from '../packages/download.ts'
import { ensureToolPython, toolPrefix } from '../packages/tool-python.ts'
import { hostTarget } from '../platform/target.ts'
import { ownCommand } from '../process/own-command.ts'
import type { StoreEntry } from '../store/entry.ts'
import { formatJson } from '../text/json.ts'
import { requireLock } from './lock-project.ts'
import { chooseTargets } from './lock-state.ts'
import { registerTarget } from './register.ts'
import { openProject, type Project, type ProjectOptions, type TargetOptions } from './open.ts'
import {
  findSynced,
  isSameInputs,
  readInputs,
  readSyncState,
  type SyncedTarget,
  stampFiles,
  stateName,
  type SyncInputs,
  type SyncResult,
  type SyncState,
} from './sync-state.ts'

export interface SyncOptions extends ProjectOptions, TargetOptions {}

export interface Synced {
  readonly results: readonly SyncResult[]
  /** False when everything was in place already. */
  readonly hasChanged: boolean
}

/**
 * Makes the store and `.pyembed/` match the lock, for the host's target or those named; makes the lock
 * first when there is none or, unless `isLocked`, when it is stale.
 * @throws what `lockProject`, `ensureEntry` and `fetchWheels` throw
 */
export async function syncProject(context: Context, options: SyncOptions = {}): Promise<Synced> {
  const known = findSynced(context.env.dataDir, options)
  if (known !== undefined) return { results: known, hasChanged: false }

  const project = openProject(options.project)
  const { manifest: manifestText } = readInputs(project)
  const manifest = await readManifest(project.manifestPath)
  const targets = chooseTargets(manifest, options)
  const lock = await requireLock(context, project, manifest, options)
  // The texts as they were read: who edits them meanwhile is not up to date.
  const inputs = { ...readInputs(project), manifest: manifestText }
  const prefixes = targets.map((target) => requireTarget(lock, target))
  // All of them first: while one is installed, another is not to be pruned.
  const roots: (string | undefined)[] = []
  for (const locked of prefixes)
    roots.push(await registerTarget(context, project.directory, lock, locked))
  const entries: PinnedEntry[] = []
  for (const locked of prefixes) entries.push(await syncTarget(context, lock, locked))

  await sweepProject(project)
  await writeProjectFiles(project, { ...manifest, ...inputs }, entries)
  const results = entries.map(({ entry }) => describeEntry(entry, project))
  const synced = results.map((result, index) => ({ result, root: roots[index] }))
  await writeSyncState(project, manifest.app, inputs, synced)
  return { results, hasChanged: true }
}

async function syncTarget(
  context: Context,
  lock: Lock,
  locked: LockedPrefix,
): Promise<PinnedEntry> {
  const { target } = locked
  const isForeign = target !== hostTarget() && toolPrefix(lock) !== undefined
  // First, for it is what syncs of several targets at once wait for.
  const tool = isForeign ? (await ensureToolPython(context, lock)).executable : undefined
  const entry = await ensureEntry(context, locked, () => fetchWheels(context, lock, target))
  return { entry, tool }
}

function requireTarget(lock: Lock, target: string): LockedPrefix {
  const locked = lockedPrefix(lock, target)
  if (locked === undefined) {
    throw new PyEmbedError('PYEMBED_LOCK_STALE', `the lock has no target \`${target}\``, {
      hint: 'Run `pyembed lock`',
    })
  }
  return locked
}

/** Removes what killed syncs left in a project: of the lock, and in `.pyembed/`. */
async function sweepProject({ directory, generated }: Project): Promise<void> {
  await sweepTemporary(directory, lockName)
  if (!existsSync(generated)) return
  const left = [...walkFiles(generated)].filter(({ path }) => isTemporaryName(path))
  for (const { path } of left) await sweepTemporary(dirname(join(generated, path)))
}

async function writeProjectFiles(
  { generated }: Project,
  project: PinnedProject,
  entries: readonly PinnedEntry[],
): Promise<void> {
  await writeCMakeFiles(generated, entries, project)
  // Whoever forgets to ignore the folder still does not commit it.
  await updateFile(join(generated, '.gitignore'), '*\n')
}

function describeEntry(
  { head, prefix, directory }: StoreEntry,
  { generated }: Project,
): SyncResult {
  return {
    pinId: head.pin.id,
    target: head.target,
    prefix,
    storeEntry: directory,
    cmake: join(generated, 'pyembed.cmake'),
    python: { version: head.version, build: head.build, variant: head.variant },
    packages: head.packages.map(({ name, version }) => ({ name, version })),
  }
}

/**
 * Remembers a sync for {@link findSynced}. Those of other targets stay while the same lock is in force; what a sync
 * beside this one remembers may be lost, and is found again when its target is synced.
 */
async function writeSyncState(
  project: Project,
  { name, id = '' }: Manifest['app'],
  inputs: SyncInputs,
  synced: readonly SyncedTarget[],
): Promise<void> {
  const old = readSyncState(project)
  const others = isSameInputs(old?.inputs, inputs) ? old?.targets : {}
  const now = Object.fromEntries(synced.map((each) => [each.result.target, each]))
  const state: SyncState = {
    inputs,
    app: { name, id },
    targets: { ...others, ...now },
    files: stampFiles(project),
    command: ownCommand(),
  }
  await updateFile(join(project.generated, stateName), formatJson(state))
}
