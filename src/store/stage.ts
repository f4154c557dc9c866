import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Environment } from '../env.ts'
import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { makeTemporaryDirectory, renameWithRetry, sweepTemporary } from '../fs/atomic.ts'
import { syncFolders } from '../fs/sync-file-system.ts'
import { createTreeWriter, type TreeWriter } from '../fs/tree-writer.ts'
import { allDone } from '../process/all-done.ts'
import { type EntryHead, formatInventory, openEntry, type StoreEntry } from './entry.ts'
import { entryDirectory, inventoryName, storeDirectory } from './paths.ts'

/**
 * What is left to look at while a stage goes to the disk; throws when the entry must not come to be. Looks into the
 * content of `suspects` whatever else speaks for them.
 */
export type Check = (suspects?: ReadonlySet<string>) => Promise<void>

/**
 * Makes a store entry: `fill` writes the prefix into a stage beside the entry, the inventory is added, all is
 * synced once, and the stage gets the entry's name. Killed at any moment this leaves no entry or a whole one.
 * Should two processes make the same entry at once, the first to finish wins, the other's work is thrown away.
 */
export async function makeEntry(
  { dataDir, variables }: Pick<Environment, 'dataDir' | 'variables'>,
  head: EntryHead,
  fill: (writer: TreeWriter) => Promise<Check>,
): Promise<StoreEntry> {
  await sweepTemporary(storeDirectory(dataDir))
  const directory = entryDirectory(dataDir, head.pin.id)
  const stage = await makeTemporaryDirectory(directory)
  let isFilled = false
  try {
    const prefix = join(stage, 'prefix')
    await mkdir(prefix)
    // As every folder below it, under any umask.
    await chmod(prefix, 0o755)
    const writer = createTreeWriter(prefix)
    const check = await fill(writer)
    await writeFile(join(stage, inventoryName), formatInventory(head, writer.inventory), {
      flush: true,
    })
    await allDone([check(), writer.sync(variables), syncFolders(stage, ['.'])])
    isFilled = true
    await renameWithRetry(stage, directory)
  } catch (error) {
    await rm(stage, { recursive: true, force: true })
    const isTaken =
      isFilled && ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(error) ?? '')
    if (!isTaken) throw error
    const other = await openEntry(dataDir, head.pin)
    if (other !== undefined) return other
    throw new PyEmbedError(
      'PYEMBED_STORE_ENTRY_INVALID',
      `\`${directory}\` is in the way and no store entry: it has no ${inventoryName}`,
      { hint: 'Run `pyembed sync`: it is removed then', damaged: directory, cause: error },
    )
  }
  return { directory, prefix: join(directory, 'prefix'), head }
}
