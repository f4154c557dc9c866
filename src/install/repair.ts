import { chmod, lstat, mkdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { makeTemporaryDirectory, renameWithRetry, sweepTemporary } from '../fs/atomic.ts'
import { compareFiles } from '../fs/compare.ts'
import type { FileRecord, Inventory } from '../fs/inventory.ts'
import { syncFolders } from '../fs/sync-file-system.ts'
import { createTreeWriter } from '../fs/tree-writer.ts'
import { readInventory, type StoreEntry } from '../store/entry.ts'
import { canonicalJson } from '../text/json.ts'
import { type Problem, type Verification, verifyEntry } from '../store/verify.ts'
import { fetchArchive, type LockedPrefix, prefixParts, withRepairs } from './entry.ts'
import { writePrefix } from './prefix.ts'

/**
 * Makes a store entry what its inventory says: removes what is not in it, byte code too, and puts what differs in
 * place anew, each file in one step. Nothing is written through a hard link, which other entries may share. Killed
 * at any moment it leaves an entry no worse than before. Files come of the cache; what is damaged or missing there
 * is made or fetched again, by `fetchWheels` for wheels.
 * @returns what was repaired. @throws PYEMBED_STORE_ENTRY_INVALID when the inventory is not that of the lock, and
 *   what `ensureEntry` throws
 */
export async function repairEntry(
  context: Context,
  locked: LockedPrefix,
  entry: StoreEntry,
  fetchWheels: () => Promise<void>,
): Promise<readonly Problem[]> {
  // What a link there leads to is not the store's to change.
  if (!(await isFolder(entry.prefix))) await rm(entry.prefix, { force: true })
  const found = await verifyEntry(entry, { isStrict: true, signal: context.signal })
  const extras = await removeExtras(entry, found)

  // Files behind a link that was no folder's are gone only now.
  const inventory = await readInventory(entry)
  const differences = await compareFiles(entry.prefix, inventory, context.signal)
  if (differences.length > 0) {
    const wanted = new Map(differences.map(({ path }) => [path, inventory.get(path)]))
    await withRepairs(context, locked, async () => {
      const archive = await fetchArchive(context, locked)
      await fetchWheels()
      await replaceFiles(context, locked, entry, archive, wanted)
    })
  }
  return [...extras, ...differences]
}

async function removeExtras(
  { prefix }: StoreEntry,
  { problems }: Verification,
): Promise<readonly Problem[]> {
  const extras = problems.filter(({ kind }) => kind === 'extra')
  for (const { path } of extras) {
    await rm(join(prefix, path), { recursive: true, force: true })
    if (path.includes('__pycache__/')) await rmdir(dirname(join(prefix, path))).catch(() => null)
  }
  return extras
}

/** Writes the prefix once more beside the entry, of links, and moves over those of its files that are wanted. */
async function replaceFiles(
  context: Context,
  locked: LockedPrefix,
  { directory, prefix }: StoreEntry,
  archive: string,
  wanted: ReadonlyMap<string, FileRecord | undefined>,
): Promise<void> {
  await sweepTemporary(dirname(directory))
  const stage = await makeTemporaryDirectory(directory)
  try {
    const writer = createTreeWriter(stage)
    const check = await writePrefix(writer, prefixParts(context, locked, archive))
    requireSame(writer.inventory, wanted, directory)
    // A file that is damaged here is so in the part that it is a link to, and there its stamp may look right.
    await check(new Set(wanted.keys()))
    await writer.sync(context.env.variables)

    for (const path of wanted.keys()) {
      await makeFolders(prefix, dirname(path))
      // What was in a folder of that name was no file of the inventory, and is gone.
      if (await isFolder(join(prefix, path))) await rm(join(prefix, path), { recursive: true })
      await renameWithRetry(join(stage, path), join(prefix, path))
    }
    await syncFolders(prefix, new Set([...wanted.keys()].map((path) => dirname(path))))
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

function requireSame(
  inventory: Inventory,
  wanted: ReadonlyMap<string, FileRecord | undefined>,
  directory: string,
): void {
  for (const [path, record] of wanted) {
    if (canonicalJson(inventory.get(path) ?? {}) === canonicalJson(record ?? {})) continue
    throw new PyEmbedError(
      'PYEMBED_STORE_ENTRY_INVALID',
      `the inventory of \`${directory}\` has a \`${path}\` that the lock’s files do not give`,
      { hint: `Remove it and run \`pyembed sync\`: ${directory}` },
    )
  }
}

/** Makes the folders of a relative path where they are missing, with the mode they have under any umask. */
async function makeFolders(root: string, folder: string): Promise<void> {
  if (await isFolder(join(root, folder))) return
  if (folder !== '.') await makeFolders(root, dirname(folder))
  await mkdir(join(root, folder))
  await chmod(join(root, folder), 0o755)
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true
}
