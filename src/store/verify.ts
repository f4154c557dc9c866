import { existsSync } from 'node:fs'

import { compareFiles, type Difference } from '../fs/compare.ts'
import type { Inventory } from '../fs/inventory.ts'
import { findHollowFolders, walkFiles } from '../fs/walk.ts'
import { compareText } from '../text/json.ts'
import { readInventory, type StoreEntry } from './entry.ts'

export type ProblemKind = Difference['kind'] | 'extra'

export interface Problem {
  readonly path: string
  readonly kind: ProblemKind
}

export interface Verification {
  readonly ok: boolean
  readonly pinId: string
  /** How many files were compared. */
  readonly files: number
  readonly problems: readonly Problem[]
  /** Byte code that Python wrote beside a known source: allowed, and named. */
  readonly notes: readonly string[]
}

export interface VerifyOptions {
  /** Byte code is `extra` then, whatever its source, and so are empty folders. */
  readonly isStrict?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** Compares every file of an entry with its inventory: content, x bit, link text, nothing more, nothing less. */
export async function verifyEntry(
  entry: StoreEntry,
  { isStrict = false, signal }: VerifyOptions = {},
): Promise<Verification> {
  const inventory = await readInventory(entry)
  const problems: Problem[] = [...(await compareFiles(entry.prefix, inventory, signal))]
  const notes: string[] = []

  const isThere = existsSync(entry.prefix)
  for (const { path } of isThere ? walkFiles(entry.prefix) : []) {
    if (inventory.has(path)) continue
    if (!isStrict && isByteCodeOf(path, inventory)) notes.push(path)
    else problems.push({ path, kind: 'extra' })
  }
  // An empty folder can be imported (PEP 420).
  for (const path of isThere && isStrict ? findHollowFolders(entry.prefix) : []) {
    if (!inventory.has(path)) problems.push({ path, kind: 'extra' })
  }
  problems.sort((a, b) => compareText(a.path, b.path))
  return {
    ok: problems.length === 0,
    pinId: entry.head.pin.id,
    files: inventory.size,
    problems,
    notes: notes.sort(compareText),
  }
}

/** `X/__pycache__/name.cpython-314.pyc` whose `X/name.py` is in the inventory. */
function isByteCodeOf(path: string, inventory: Inventory): boolean {
  const match = /^(.*\/)?__pycache__\/([^/]+?)\.[^/.]+(?:\.opt-\d)?\.pyc$/.exec(path)
  return match !== null && inventory.has(`${match[1] ?? ''}${match[2] ?? ''}.py`)
}
