import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { isTemporaryName } from '../fs/atomic.ts'
import { inventorySize } from '../fs/inventory.ts'
import { compareText } from '../text/json.ts'
import { type EntryHead, readEntry, readInventory } from './entry.ts'
import { inventoryName, storeDirectory } from './paths.ts'
import { entriesOf, type FoundRoot } from './roots.ts'

/** A project that uses an entry. */
export interface EntryUser {
  readonly project: string
  /** False when its folder is gone. */
  readonly exists: boolean
  readonly lastUsed: string
}

/** A folder of the store. Of one that is no entry, `problem` says why, and no more than its place is known. */
export interface ListedEntry {
  readonly pinId: string
  readonly directory: string
  readonly head: EntryHead | undefined
  readonly files: number
  readonly sizeBytes: number
  readonly users: readonly EntryUser[]
  /** When the last of its users did. */
  readonly lastUsed: string | undefined
  readonly problem: string | undefined
}

/** What is in the store, by pin id, and which of the `roots` use it. One bad entry does not hide the others. */
export async function listEntries(
  dataDir: string,
  roots: readonly FoundRoot[] = [],
): Promise<readonly ListedEntry[]> {
  const listed: ListedEntry[] = []
  for (const pinId of await listStore(dataDir)) {
    const users = usersOf(pinId, roots)
    const lastUsed = users.map((user) => user.lastUsed).reduce(later, undefined)
    const directory = join(storeDirectory(dataDir), pinId)
    listed.push({ pinId, directory, users, lastUsed, ...(await describe(directory)) })
  }
  return listed
}

/** The names of the folders in the store, but for stages. */
export async function listStore(dataDir: string): Promise<readonly string[]> {
  try {
    const names = await readdir(storeDirectory(dataDir))
    return names.filter((name) => !isTemporaryName(name)).sort(compareText)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

/** The projects that use an entry. */
export function usersOf(pinId: string, roots: readonly FoundRoot[]): readonly EntryUser[] {
  const users = new Map<string, EntryUser>()
  for (const root of roots) {
    if (entriesOf(root).every((entry) => entry.pinId !== pinId)) continue
    const { project, isGone } = root
    const lastUsed = later(users.get(project)?.lastUsed, root.lastUsed.toISOString())
    users.set(project, { project, exists: !isGone, lastUsed })
  }
  return [...users.values()]
}

function later(a: string | undefined, b: string): string {
  return a !== undefined && a > b ? a : b
}

async function describe(
  directory: string,
): Promise<Pick<ListedEntry, 'head' | 'files' | 'sizeBytes' | 'problem'>> {
  const none = { head: undefined, files: 0, sizeBytes: 0 }
  try {
    const entry = await readEntry(directory)
    if (entry === undefined) return { ...none, problem: `it has no ${inventoryName}` }
    const inventory = await readInventory(entry)
    const { head } = entry
    const sizeBytes = inventorySize(inventory)
    return { head, files: inventory.size, sizeBytes, problem: undefined }
  } catch (error) {
    const isKnown = error instanceof PyEmbedError || systemErrorCode(error) !== undefined
    if (!isKnown) throw error
    return { ...none, problem: (error as Error).message }
  }
}
