import { constants } from 'node:fs'
import { chmod, copyFile, open, realpath, rm, stat, writeFile } from 'node:fs/promises'

import { renameWithRetry, temporaryName } from './atomic.ts'

/** Owner, group, others, and set-id bits of a mode. */
const permissions = 0o7777

/**
 * Gives a file other content and keeps its mode, as a new inode: macOS remembers by inode what it knows of a signature,
 * and kills programs that were written into. Hard links elsewhere keep the old content. Nothing is flushed to the disk:
 * who rewrites many files does that once (sync-file-system.ts). The content comes in pieces, which nobody joins.
 */
export async function rewriteFile(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  await replace(path, (temporary) => writeFile(temporary, pieces, { flag: 'wx', mode: 0o600 }))
}

/** The same where only some bytes become others: file systems that can, share the rest with the old file. */
export async function patchFile(
  path: string,
  patches: readonly { readonly at: number; readonly bytes: Uint8Array }[],
): Promise<void> {
  await replace(path, async (temporary, source) => {
    await copyFile(source, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    await chmod(temporary, 0o600)
    const file = await open(temporary, 'r+')
    try {
      for (const { at, bytes } of patches) await file.write(bytes, 0, bytes.length, at)
    } finally {
      await file.close()
    }
  })
}

async function replace(
  path: string,
  write: (temporary: string, source: string) => Promise<void>,
): Promise<void> {
  // A link stays one: bundles are made of them.
  const target = await realpath(path)
  const { mode } = await stat(target)
  const temporary = temporaryName(target)
  try {
    await write(temporary, target)
    await chmod(temporary, mode & permissions)
    await renameWithRetry(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
