import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { renameWithRetry, sweepTemporary, temporaryName } from '../fs/atomic.ts'
import { type Inventory, isLink } from '../fs/inventory.ts'
import { readTextIfThere } from '../fs/read-text.ts'
import { stampFile } from '../fs/stamp.ts'
import { syncFileSystem } from '../fs/sync-file-system.ts'
import { createTreeWriter, type TreeWriter } from '../fs/tree-writer.ts'
import { formatInventoryText, parseInventoryText } from '../store/inventory-text.ts'
import { damagedPart } from './damaged.ts'
import { recipe } from './recipe.ts'

/**
 * An archive or a wheel as it will lie in a prefix, unpacked in the cache: a pure function of that one file, so
 * that every prefix that holds it can link to it instead of unpacking it again.
 */
export interface Part extends PartContent {
  readonly directory: string
  /** The folder of the files; paths of the inventory are relative to it and to a prefix alike. */
  readonly root: string
}

export interface PartContent {
  readonly inventory: Inventory
  /** {@link stampFile} of each file as it was hashed: one that has its stamp still needs no second look. */
  readonly stamps: Readonly<Record<string, string>>
}

const inventoryName = 'inventory.json'

/** Where the part is, or will be, that comes of the file with this hash under these circumstances. */
export function partDirectory(
  cacheDir: string,
  sha256: string,
  circumstances: readonly string[],
): string {
  const key = [sha256, `recipe${recipe}`, ...circumstances].filter((text) => text !== '')
  return join(cacheDir, 'unpacked', key.join('-'))
}

/** The part in that folder, if it is there. */
export function openPart(directory: string): Part | undefined {
  const text = readTextIfThere(join(directory, inventoryName))
  const parsed = text === undefined ? undefined : parseInventoryText(text)
  if (parsed === undefined) return undefined
  // Whoever wrote none has each file hashed.
  const { stamps = {} } = parsed.head as Partial<PartContent>
  return { directory, root: join(directory, 'files'), inventory: parsed.files, stamps }
}

/** Writes the files of a part into the fresh folder `stage`. */
export async function fillStage(
  stage: string,
  fill: (writer: TreeWriter) => Promise<void>,
): Promise<PartContent> {
  const root = join(stage, 'files')
  await mkdir(root, { recursive: true })
  const writer = createTreeWriter(root)
  await fill(writer)
  const { inventory } = writer
  const stamps: Record<string, string> = {}
  for (const [path, record] of inventory) {
    if (!isLink(record)) stamps[path] = stampFile(join(root, path)) ?? ''
  }
  await writeFile(join(stage, inventoryName), formatInventoryText({ stamps }, inventory))
  return { inventory, stamps }
}

/**
 * Makes parts: `fill` writes their stages, all is synced once, and they get their names. Complete or not there at
 * all; another process may make the same meanwhile. They are on the disk before they have a name, so that what
 * links to them needs no more than its own folders synced. `variables` is the environment, for `PATH`.
 */
export async function makeParts(
  directories: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
  fill: (stages: readonly string[]) => Promise<readonly PartContent[]>,
): Promise<readonly Part[]> {
  const [first] = directories
  if (first === undefined) return []
  await sweepTemporary(dirname(first))
  const stages = directories.map(temporaryName)
  try {
    const contents = await fill(stages)
    await syncFileSystem(dirname(first), variables)
    const parts: Part[] = []
    for (const [index, content] of contents.entries()) {
      parts.push(await publish(stages[index] ?? '', directories[index] ?? '', content))
    }
    return parts
  } finally {
    for (const stage of stages) await rm(stage, { recursive: true, force: true })
  }
}

async function publish(stage: string, directory: string, content: PartContent): Promise<Part> {
  try {
    await renameWithRetry(stage, directory)
    return { ...content, directory, root: join(directory, 'files') }
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(error) ?? '')) throw error
    const other = openPart(directory)
    if (other !== undefined) return other
    // A folder of that name that is no part: what a crash of the machine may leave. Gone, the next try has room.
    throw damagedPart(directory, inventoryName)
  }
}
