import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { walkFiles } from '../fs/walk.ts'
import { packageVersion } from '../fs/package-version.ts'
import { readTextIfThere } from '../fs/read-text.ts'
import { stampFile } from '../fs/stamp.ts'
import type { Variant } from '../platform/layout.ts'
import { hostTarget, parseTarget } from '../platform/target.ts'
import { ownCommand } from '../process/own-command.ts'
import { hasKeyFiles } from '../store/key-files.ts'
import { entryDirectory, inventoryName } from '../store/paths.ts'
import { touchRoot } from '../store/root-use.ts'
import { openProject, type Project, type ProjectOptions, type TargetOptions } from './open.ts'

export const stateName = 'pin.json'

/** What `sync` did for one target; `pyembed sync --json` prints it. */
export interface SyncResult {
  readonly pinId: string
  readonly target: string
  readonly prefix: string
  readonly storeEntry: string
  /** The file to include. */
  readonly cmake: string
  readonly python: { readonly version: string; readonly build: string; readonly variant: Variant }
  readonly packages: readonly { readonly name: string; readonly version: string }[]
}

/** What a sync is made from. The texts themselves: comparing them is quicker than loading a hash function. */
export interface SyncInputs {
  /** Version of pyembed. */
  readonly pyembed: string
  readonly manifest: string
  readonly lock: string
}

/** `.pyembed/pin.json`: what is in place, and what it was made from. */
export interface SyncState {
  readonly inputs: SyncInputs
  /** Of the manifest, which takes 10 ms to read. */
  readonly app: { readonly name: string; readonly id: string }
  readonly targets: Readonly<Record<string, SyncedTarget>>
  /** As of {@link stampFiles}. */
  readonly files: Readonly<Record<string, string>>
  /** How pyembed was run: `.pyembed/` holds it. */
  readonly command: readonly string[]
}

export interface SyncedTarget {
  readonly result: SyncResult
  /** The file by which the store knows of it; undefined where it may not be written. */
  readonly root?: string | undefined
}

/**
 * What the last sync left, when it is still what this one would: same pyembed, same manifest, same lock, the
 * entries in the store. Reads few files and loads next to nothing, so that a sync without work is as quick as
 * node.
 */
export function findSynced(
  dataDir: string,
  { project, targets, isAllTargets }: ProjectOptions & TargetOptions,
): readonly SyncResult[] | undefined {
  if (isAllTargets === true) return undefined
  const opened = openProject(project)
  const state = readSyncState(opened)
  if (state === undefined || !isSameInputs(state.inputs, readInputs(opened))) return undefined

  if (String(state.command) !== String(ownCommand())) return undefined
  if (!isUntouched(opened, state.files)) return undefined
  const results: SyncResult[] = []
  for (const target of new Set(targets ?? [hostTarget()])) {
    const { result, root } = state.targets[target] ?? {}
    if (result === undefined || !isInPlace(result, opened, dataDir)) return undefined
    if (root !== undefined && !touchRoot(root)) return undefined
    results.push(result)
  }
  return results
}

export function readSyncState({ generated }: Project): SyncState | undefined {
  const text = readTextIfThere(join(generated, stateName))
  try {
    return text === undefined ? undefined : (JSON.parse(text) as SyncState)
  } catch {
    return undefined
  }
}

export function readInputs({ manifestPath, lockPath }: Project): SyncInputs {
  return {
    pyembed: packageVersion,
    manifest: readTextIfThere(manifestPath) ?? '',
    lock: readTextIfThere(lockPath) ?? '',
  }
}

export function isSameInputs(a: SyncInputs | undefined, b: SyncInputs): boolean {
  return a?.pyembed === b.pyembed && a.manifest === b.manifest && a.lock === b.lock
}

export function isInPlace(
  { target, pinId, prefix, storeEntry, python, cmake }: SyncResult,
  { generated }: Project,
  dataDir: string,
): boolean {
  return (
    storeEntry === entryDirectory(dataDir, pinId) &&
    existsSync(join(storeEntry, inventoryName)) &&
    existsSync(join(generated, 'pins', `${target}.cmake`)) &&
    cmake === join(generated, 'pyembed.cmake') &&
    hasKeyFiles(prefix, { ...python, target: parseTarget(target) })
  )
}

/** The stamp of every file that sync generated, by path: who edits or removes one of them gets it anew. */
export function stampFiles({ generated }: Project): Readonly<Record<string, string>> {
  const paths = [...walkFiles(generated)]
    .map(({ path }) => path)
    .filter((path) => path !== stateName)
  return Object.fromEntries(
    paths.sort().map((path) => [path, stampFile(join(generated, path)) ?? '']),
  )
}

/** Looks at the files that were there: a walk takes 1 ms of the 10 that a sync without work may take. */
function isUntouched({ generated }: Project, files: SyncState['files']): boolean {
  return Object.entries(files).every(([path, known]) => stampFile(`${generated}/${path}`) === known)
}
