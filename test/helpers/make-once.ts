import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { readEnvironment } from '../../src/env.ts'
import { withLease } from '../../src/fs/lease.ts'

/** In the user's cache: tools that tests build or download once. */
export function toolsDirectory(): string {
  return join(readEnvironment().cacheDir, 'test-tools')
}

const timing = { poll: 200, heartbeat: 2000, stale: 15_000 }

/**
 * A folder that tests share, and only read: `make` makes it at another place, for whichever test asks first, while
 * the others wait. @returns the folder
 */
export async function makeOnce(
  directory: string,
  make: (stage: string) => Promise<void>,
): Promise<string> {
  const isDone = () => Promise.resolve(existsSync(directory))
  while (!existsSync(directory)) {
    await withLease(`${directory}.lease`, { timing, isDone }, async () => {
      const stage = `${directory}.${process.pid}`
      rmSync(stage, { recursive: true, force: true })
      await make(stage)
      renameSync(stage, directory)
    })
  }
  return directory
}
