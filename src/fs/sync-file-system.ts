import { PyEmbedError } from '../errors.ts'
import { run } from '../process/run.ts'

/**
 * Writes all that belongs to `directory`'s file system to the disk, in one call: syncfs(2) through coreutils'
 * `sync -f`, 80 ms for a prefix where an fsync per file takes 530 ms. Other systems have no such call; there
 * the rename that follows is ordered after the data by the file system (APFS, NTFS journal). `variables` is the
 * environment, for `PATH`.
 */
export async function syncFileSystem(
  directory: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (process.platform !== 'linux') return
  const { isOk, reason, stderr } = await run('sync', ['-f', directory], {
    env: { PATH: variables['PATH'] },
  })
  if (isOk) return
  throw new PyEmbedError(
    'PYEMBED_FILE_SYSTEM',
    `\`${directory}\` could not be written to the disk (${reason}): ${stderr.trim()}`,
    { hint: 'The disk may be full or failing: look at the system log, then run the command again' },
  )
}
