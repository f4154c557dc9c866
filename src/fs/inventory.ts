import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

import { compareText } from '../text/json.ts'

/**
 * One file of a prefix. Logical, so that it is the same on every system: the mode is 0755 if any x bit is
 * set, else 0644; a link is its text; folders are implied.
 */
export type FileRecord = ContentRecord | LinkRecord

export interface ContentRecord {
  readonly mode: '0644' | '0755'
  readonly sha256: string
  readonly size: number
}

export interface LinkRecord {
  readonly link: string
}

/** Path (relative, with `/`) → record. */
export type Inventory = ReadonlyMap<string, FileRecord>

export function isLink(record: FileRecord): record is LinkRecord {
  return 'link' in record
}

export function sortInventory(inventory: Inventory): Inventory {
  return new Map([...inventory].sort(([a], [b]) => compareText(a, b)))
}

/** Bytes of all files of an inventory. */
export function inventorySize(inventory: Inventory): number {
  let bytes = 0
  for (const record of inventory.values()) bytes += isLink(record) ? 0 : record.size
  return bytes
}

/** The record of a file as it is on disk now. `buffer` is what it reads through. */
export function recordFile(path: string, buffer: Buffer): ContentRecord {
  const file = openSync(path, 'r')
  try {
    const hash = createHash('sha256')
    let size = 0
    for (;;) {
      const read = readSync(file, buffer)
      if (read === 0) break
      hash.update(buffer.subarray(0, read))
      size += read
    }
    return { mode: logicalMode(fstatSync(file).mode), sha256: hash.digest('hex'), size }
  } finally {
    closeSync(file)
  }
}

export function logicalMode(mode: number): '0644' | '0755' {
  return (mode & 0o111) === 0 ? '0644' : '0755'
}
