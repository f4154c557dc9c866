import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { makeTemporaryDirectory, sweepTemporary } from '../fs/atomic.ts'
import type { Inventory } from '../fs/inventory.ts'
import { readTextIfThere } from '../fs/read-text.ts'
import { createTreeWriter, type TreeWriter } from '../fs/tree-writer.ts'
import { formatInventoryText, parseInventoryText } from '../store/inventory-text.ts'
import { damagedPart } from './damaged.ts'
import { recipe } from './recipe.ts'

/**
 * An archive or a wheel as it will lie in a prefix, unpacked in the cache: a pure function of that one file, so
 * that every prefix that holds it can link to it instead of unpacking it again.
 */
export interface Part {
  readonly directory: string
  /** The folder of the files; paths of the inventory are relative to it and to a prefix alike. */
  readonly root: string
  readonly inventory: Inventory
  /** Written by this process just now: what was hashed on the way needs no second look. */
  readonly isFresh: boolean
}

function partDirectory(cacheDir: string, key: string): string {
  return join(cacheDir, 'unpacked', key)
}

/** All that decides the files of a part: the file it comes from, and what else. */
export function partKey(sha256: string, circumstances: readonly string[]): string {
  return [sha256, `recipe${recipe}`, ...circumstances].filter((text) => text !== '').join('-')
}

/** The part of that key in the cache, if it is there. */
export function openPart(cacheDir: string, key: string): Part | undefined {
  const directory = partDirectory(cacheDir, key)
  const text = readTextIfThere(join(directory, 'inventory.json'))
  const inventory = text === undefined ? undefined : parseInventoryText(text)?.files
  if (inventory === undefined) return undefined
  return { directory, root: join(directory, 'files'), inventory, isFresh: false }
}

/** Makes a part with `fill`: complete or not at all; another process may make the same meanwhile. */
export async function makePart(
  cacheDir: string,
  key: string,
  variables: Readonly<Record<string, string | undefined>>,
  fill: (writer: TreeWriter) => Promise<void>,
): Promise<Part> {
  const directory = partDirectory(cacheDir, key)
  await sweepTemporary(join(directory, '..'))
  const stage = await makeTemporaryDirectory(directory)
  let isFilled = false
  try {
    const root = join(stage, 'files')
    await mkdir(root)
    const writer = createTreeWriter(root)
    await fill(writer)
    await writeFile(join(stage, 'inventory.json'), formatInventoryText({}, writer.inventory), {
      flush: true,
    })
    // So that a store entry that links to it needs no more than its own folders synced.
    await writer.sync(variables)
    isFilled = true
    await rename(stage, directory)
    return { directory, root: join(directory, 'files'), inventory: writer.inventory, isFresh: true }
  } catch (error) {
    await rm(stage, { recursive: true, force: true })
    const isTaken =
      isFilled && ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(error) ?? '')
    if (!isTaken) throw error
    const other = openPart(cacheDir, key)
    if (other !== undefined) return other
    // A folder of that name that is no part: what a crash of the machine may leave. Gone, the next try has room.
    throw damagedPart(directory, 'inventory.json')
  }
}
