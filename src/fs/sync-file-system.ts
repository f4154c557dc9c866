import { execFile } from 'node:child_process'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'

import { PyEmbedError } from '../errors.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Writes all that belongs to `directory`'s file system to the disk, in one call: syncfs(2) through coreutils'
 * `sync -f`, 80 ms for a prefix where an fsync per file takes 400 ms. Other systems have no such call; there
 * the rename that follows is ordered after the data by the file system (APFS, NTFS journal). `variables` is the
 * environment, for `PATH`.
 */
export async function syncFileSystem(directory: string, variables: Variables): Promise<void> {
  if (process.platform !== 'linux') return
  try {
    await promisify(execFile)('sync', ['-f', directory], { env: { PATH: variables['PATH'] } })
  } catch (error) {
    throw new PyEmbedError(
      'PYEMBED_FILE_SYSTEM',
      `\`${directory}\` could not be written to the disk: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'The disk may be full or failing: look at the system log, then run the command again',
        cause: error,
      },
    )
  }
}

/** Folders between looks at what else there is to do. */
const foldersPerTurn = 16

/**
 * Writes the names in folders to the disk, for links to files that are there already; fsync(2). Linux as above. In
 * this thread: handing each folder to another takes longer than the disk does.
 */
export async function syncFolders(root: string, folders: Iterable<string>): Promise<void> {
  if (process.platform !== 'linux') return
  let untilPause = foldersPerTurn
  for (const folder of folders) {
    untilPause -= 1
    if (untilPause === 0) {
      untilPause = foldersPerTurn
      await setImmediate()
    }
    const descriptor = openSync(join(root, folder), 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }
}
