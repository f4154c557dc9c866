import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { makeTemporaryDirectory, sweepTemporary } from '../fs/atomic.ts'
import type { Inventory } from '../fs/inventory.ts'
import { readTextIfThere } from '../fs/read-text.ts'
import { createTreeWriter, type TreeWriter } from '../fs/tree-writer.ts'
import { formatInventoryText, parseInventoryText } from '../store/inventory-text.ts'

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

/** A part in the cache is not what it was when it was made. */
export class DamagedPart extends Error {
  override readonly name = 'DamagedPart'
  readonly directory: string

  constructor(directory: string, path: string) {
    super(`\`${path}\` of \`${directory}\` is not what it was`)
    this.directory = directory
  }
}

/** The part of that key, from the cache or made by `fill`. Complete or not there; two processes may make it at once. */
export async function ensurePart(
  cacheDir: string,
  key: string,
  fill: (writer: TreeWriter) => Promise<void>,
): Promise<Part> {
  const directory = join(cacheDir, 'unpacked', key)
  return (await openPart(directory)) ?? makePart(directory, fill)
}

async function openPart(directory: string): Promise<Part | undefined> {
  const text = readTextIfThere(join(directory, 'inventory.json'))
  const inventory = text === undefined ? undefined : parseInventoryText(text)?.files
  if (inventory === undefined) return undefined
  return { directory, root: join(directory, 'files'), inventory, isFresh: false }
}

async function makePart(
  directory: string,
  fill: (writer: TreeWriter) => Promise<void>,
): Promise<Part> {
  await sweepTemporary(join(directory, '..'))
  const stage = await makeTemporaryDirectory(directory)
  let isFilled = false
  try {
    const root = join(stage, 'files')
    await mkdir(root)
    const writer = createTreeWriter(root)
    await fill(writer).finally(() => writer.finish())
    // No sync: a part is compared with its hashes whenever it is used.
    await writeFile(join(stage, 'inventory.json'), formatInventoryText({}, writer.inventory))
    isFilled = true
    await rename(stage, directory)
    return { directory, root: join(directory, 'files'), inventory: writer.inventory, isFresh: true }
  } catch (error) {
    await rm(stage, { recursive: true, force: true })
    const isTaken =
      isFilled && ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(error) ?? '')
    if (!isTaken) throw error
    const other = await openPart(directory)
    if (other !== undefined) return other
    // A folder of that name that is no part: what a crash of the machine may leave. Gone, the next try has room.
    throw new DamagedPart(directory, 'inventory.json')
  }
}
