import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import type { Inventory } from '../fs/inventory.ts'
import type { Variant } from '../platform/layout.ts'
import { formatInventoryText, parseInventoryText } from './inventory-text.ts'
import { entryDirectory, inventoryName } from './paths.ts'
import type { Pin } from './pin.ts'

/** What a store entry says of itself, beside its files. */
export interface EntryHead {
  readonly pin: Pin
  readonly key: string
  readonly target: string
  readonly version: string
  readonly build: string
  readonly variant: Variant
  readonly packages: readonly { readonly name: string; readonly version: string }[]
}

/** A finished prefix in the store. */
export interface StoreEntry {
  /** `<data>/store/<pin id>` */
  readonly directory: string
  readonly prefix: string
  readonly head: EntryHead
}

const format = 1

export function formatInventory(head: EntryHead, inventory: Inventory): string {
  return formatInventoryText({ format, ...head }, inventory)
}

/** Opens the entry of a pin; undefined when there is none. @throws PYEMBED_STORE_ENTRY_INVALID */
export async function openEntry(dataDir: string, pin: Pin): Promise<StoreEntry | undefined> {
  const directory = entryDirectory(dataDir, pin.id)
  const entry = await readEntry(directory)
  if (entry !== undefined && entry.head.pin.sha256 !== pin.sha256) {
    throw new PyEmbedError(
      'PYEMBED_STORE_ENTRY_INVALID',
      `\`${directory}\` was made from other inputs than its name says`,
      { hint: `Remove it and run \`pyembed sync\`: ${directory}` },
    )
  }
  return entry
}

/** Reads an entry's head. A folder without an inventory is no entry: undefined. */
export async function readEntry(directory: string): Promise<StoreEntry | undefined> {
  const text = await readInventoryText(directory)
  if (text === undefined) return undefined
  const { head } = parseInventory(text, directory)
  return { directory, prefix: join(directory, 'prefix'), head }
}

export async function readInventory(entry: StoreEntry): Promise<Inventory> {
  const text = (await readInventoryText(entry.directory)) ?? ''
  return parseInventory(text, entry.directory).files
}

async function readInventoryText(directory: string): Promise<string | undefined> {
  try {
    return await readFile(join(directory, inventoryName), 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return undefined
    throw error
  }
}

function parseInventory(text: string, directory: string): { head: EntryHead; files: Inventory } {
  const parsed = parseInventoryText(text)
  const head = parsed?.head as (EntryHead & { readonly format: number }) | undefined
  if (parsed !== undefined && head?.format === format) return { head, files: parsed.files }
  throw new PyEmbedError(
    'PYEMBED_STORE_ENTRY_INVALID',
    `\`${join(directory, inventoryName)}\` cannot be read`,
    { hint: 'Run `pyembed verify --repair`: it installs the entry again', damaged: directory },
  )
}
