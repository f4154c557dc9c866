import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { inventorySize } from '../fs/inventory.ts'
import { compareText } from '../text/json.ts'
import { readEntry, readInventory, type StoreEntry } from './entry.ts'
import { storeDirectory } from './paths.ts'

export interface ListedEntry {
  readonly entry: StoreEntry
  readonly files: number
  readonly sizeBytes: number
}

/** The finished entries of the store, by pin id. */
export async function listEntries(dataDir: string): Promise<readonly ListedEntry[]> {
  const store = storeDirectory(dataDir)
  const names = await readdir(store).catch(() => [])
  const listed: ListedEntry[] = []
  for (const name of names.sort(compareText)) {
    if (name.includes('.tmp-')) continue
    const entry = await readEntry(join(store, name))
    if (entry === undefined) continue
    const inventory = await readInventory(entry)
    listed.push({ entry, files: inventory.size, sizeBytes: inventorySize(inventory) })
  }
  return listed
}
