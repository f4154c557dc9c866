import { existsSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { isHeld } from './lease.ts'

/** Nobody comes back to what was not touched for so long. */
const longestPause = 7 * 24 * 60 * 60 * 1000

/**
 * What is left in a folder of work that is done, which the path of its result in `results` tells, and serves nobody:
 * beginnings of files (`<name>.part-…`), and leases on them (`<name>.lease`) whose holder is dead. Of work that is not
 * done, what nobody went on with for a week.
 */
export async function findLeftovers(
  directory: string,
  results = directory,
): Promise<readonly string[]> {
  const leftovers: string[] = []
  for (const name of await readdir(directory).catch(() => [])) {
    const [, result = '', kind] = /^(.+?)\.(part|lease)(?:-|$)/.exec(name) ?? []
    if (kind === undefined) continue
    const path = join(directory, name)
    const isDone = existsSync(join(results, result))
    const isUseless = isDone && (kind === 'part' || !(await isHeld(path)))
    if (isUseless || (await isOld(path))) leftovers.push(path)
  }
  return leftovers
}

export async function sweepLeftovers(directory: string, results?: string): Promise<void> {
  for (const path of await findLeftovers(directory, results))
    await rm(path, { recursive: true, force: true })
}

async function isOld(path: string): Promise<boolean> {
  const changed = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now()
  return Date.now() - changed > longestPause
}
