import { createHash } from 'node:crypto'
import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { updateFile } from '../fs/atomic.ts'
import { packageVersion } from '../fs/package-version.ts'
import { hostTarget, parseTarget } from '../platform/target.ts'
import type { Variant } from '../platform/layout.ts'
import { entryDirectory, inventoryName } from '../store/entry.ts'
import { hasKeyFiles } from '../store/key-files.ts'
import { formatJson } from '../text/json.ts'
import { readTextIfThere } from '../fs/read-text.ts'
import { type Project, type TargetOptions } from './open.ts'

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

/** `.pyembed/pin.json`: what is in place, and the texts it was made from. */
interface SyncState {
  readonly pyembed: string
  readonly manifest: string
  readonly lock: string
  readonly targets: Readonly<Record<string, SyncResult>>
}

/**
 * What the last sync left, when it is still what this one would: same pyembed, same manifest, same lock, the
 * entries in the store. Reads few files and starts nothing, so that a sync without work is as quick as node.
 */
export async function readSyncState(
  project: Project,
  dataDir: string,
  { targets, isAllTargets }: TargetOptions,
): Promise<readonly SyncResult[] | undefined> {
  const state = await readState(project)
  if (state === undefined || isAllTargets === true) return undefined
  const inputs = await digestInputs(project)
  if (
    state.pyembed !== packageVersion() ||
    state.manifest !== inputs.manifest ||
    state.lock !== inputs.lock
  ) {
    return undefined
  }
  const results: SyncResult[] = []
  for (const target of new Set(targets ?? [hostTarget()])) {
    const result = state.targets[target]
    if (result === undefined) return undefined
    const isWhole =
      result.storeEntry === entryDirectory(dataDir, { id: result.pinId }) &&
      (await isThere(join(result.storeEntry, inventoryName))) &&
      (await hasKeyFiles(result.prefix, { ...result.python, target: parseTarget(target) })) &&
      (await isThere(join(project.generated, 'pins', `${target}.cmake`))) &&
      (await isThere(result.cmake))
    if (!isWhole) return undefined
    results.push(result)
  }
  return results
}

/** Remembers a sync. Results of other targets stay while the same lock is in force. */
export async function writeSyncState(
  project: Project,
  results: readonly SyncResult[],
): Promise<void> {
  const old = await readState(project)
  const inputs = { pyembed: packageVersion(), ...(await digestInputs(project)) }
  const isSame =
    old?.lock === inputs.lock && old.manifest === inputs.manifest && old.pyembed === inputs.pyembed
  const now = Object.fromEntries(results.map((result) => [result.target, result]))
  const state = { ...inputs, targets: { ...(isSame ? old.targets : {}), ...now } }
  await updateFile(join(project.generated, 'pin.json'), formatJson(state))
}

async function readState({ generated }: Project): Promise<SyncState | undefined> {
  const text = await readTextIfThere(join(generated, 'pin.json'))
  try {
    return text === undefined ? undefined : (JSON.parse(text) as SyncState)
  } catch {
    return undefined
  }
}

async function digestInputs({
  manifestPath,
  lockPath,
}: Project): Promise<{ manifest: string; lock: string }> {
  return {
    manifest: digest(await readTextIfThere(manifestPath)),
    lock: digest(await readTextIfThere(lockPath)),
  }
}

function digest(text: string | undefined): string {
  return text === undefined ? '' : createHash('sha256').update(text).digest('hex')
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
