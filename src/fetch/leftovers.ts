import { existsSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { isHeld } from '../fs/lease.ts'

/** Nobody comes back to the beginning of a download that was not touched for so long. */
const longestPause = 7 * 24 * 60 * 60 * 1000

/**
 * What is left of downloads in the download cache and serves nobody: beginnings of files that are whole by now, or
 * that nobody went on with for a week, and leases on them whose holder is dead.
 */
export async function findLeftovers(downloads: string): Promise<readonly string[]> {
  const leftovers: string[] = []
  for (const name of await readdir(downloads).catch(() => [])) {
    const [, file = '', kind] = /^([^.]+)\.(part|lease)-?/.exec(name) ?? []
    if (kind === undefined) continue
    const path = join(downloads, name)
    const isDone = existsSync(join(downloads, file))
    const isUseless = isDone && (kind === 'part' || !(await isHeld(path)))
    if (isUseless || (await isOld(path))) leftovers.push(path)
  }
  return leftovers
}

export async function sweepLeftovers(downloads: string): Promise<void> {
  for (const path of await findLeftovers(downloads))
    await rm(path, { recursive: true, force: true })
}

async function isOld(path: string): Promise<boolean> {
  const changed = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now()
  return Date.now() - changed > longestPause
}
