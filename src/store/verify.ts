import { existsSync, lstatSync, readlinkSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { systemErrorCode } from '../errors.ts'
import { type FileRecord, type Inventory, isLink, recordFile } from '../fs/inventory.ts'
import { walkFiles } from '../fs/walk.ts'
import { compareText } from '../text/json.ts'
import { readInventory, type StoreEntry } from './entry.ts'

export type ProblemKind = 'missing' | 'changed' | 'extra' | 'mode' | 'link'

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

/** Files between looks at what else there is to do. */
const pause = 128

/** Compares every file of an entry with its inventory: content, x bit, link text, nothing more, nothing less. */
export async function verifyEntry(entry: StoreEntry, signal?: AbortSignal): Promise<Verification> {
  const inventory = await readInventory(entry)
  const problems: Problem[] = []
  const notes: string[] = []
  const buffer = Buffer.allocUnsafe(1024 * 1024)

  let untilPause = pause
  for (const [path, record] of inventory) {
    untilPause -= 1
    if (untilPause === 0) {
      untilPause = pause
      // Lets Ctrl-C be heard.
      await setImmediate()
      signal?.throwIfAborted()
    }
    const kind = compareFile(entry.prefix, path, record, buffer)
    if (kind !== undefined) problems.push({ path, kind })
  }
  const found = existsSync(entry.prefix) ? walkFiles(entry.prefix) : []
  for (const { path } of found) {
    if (inventory.has(path)) continue
    if (isByteCodeOf(path, inventory)) notes.push(path)
    else problems.push({ path, kind: 'extra' })
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

function compareFile(
  prefix: string,
  path: string,
  record: FileRecord,
  buffer: Buffer,
): ProblemKind | undefined {
  const absolute = join(prefix, path)
  let status: Stats
  try {
    status = lstatSync(absolute)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return 'missing'
    throw error
  }
  const isSymbolicLink = status.isSymbolicLink()
  if (isLink(record))
    return isSymbolicLink && readlinkSync(absolute) === record.link ? undefined : 'link'
  if (isSymbolicLink) return 'link'
  // A folder or a pipe in its place; opening a pipe would wait for its writer.
  if (!status.isFile()) return 'changed'

  const found = recordFile(absolute, buffer)
  if (found.sha256 !== record.sha256) return 'changed'
  // Windows has no x bit.
  return found.mode === record.mode || process.platform === 'win32' ? undefined : 'mode'
}

/** `X/__pycache__/name.cpython-314.pyc` whose `X/name.py` is in the inventory. */
function isByteCodeOf(path: string, inventory: Inventory): boolean {
  const match = /^(.*\/)?__pycache__\/([^/]+?)\.[^/.]+(?:\.opt-\d)?\.pyc$/.exec(path)
  return match !== null && inventory.has(`${match[1] ?? ''}${match[2] ?? ''}.py`)
}
