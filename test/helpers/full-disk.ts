import { statfsSync } from 'node:fs'
import { join } from 'node:path'

import { mountDisk } from './disk.ts'
import {
  type CacheState,
  garbageIn,
  problemsAfterFault,
  runIn,
  type SandboxTemplate,
} from './sandbox.ts'

const enough = 512 * 1024 * 1024

/** How a sync ended on a disk that was too small, and what was wrong with that. */
export interface FullDisk {
  readonly hasFailed: boolean
  readonly problems: readonly string[]
}

/**
 * Syncs on a disk of this size, mounted below `folder`, and again when there is room. On a full disk pyembed says so in one error, leaves
 * nothing half made, and succeeds once it is not full.
 */
export async function syncOnDisk(
  template: SandboxTemplate,
  folder: string,
  state: CacheState,
  bytes: number,
): Promise<FullDisk> {
  const disk = mountDisk(join(folder, `disk-${state}-${bytes}`), enough)
  try {
    const sandbox = template.make(join(disk.path, 'sandbox'), { state })
    // As much as it has to spare, beside what it starts with.
    disk.resize(usedBytes(disk.path) + bytes)
    const { exitCode, stderr } = await runIn(sandbox, ['sync'])
    const problems: string[] = []
    if (exitCode !== 0) {
      const isClear = /^error\[PYEMBED_FILE_SYSTEM\]: /m.test(stderr) && /^hint: /m.test(stderr)
      if (exitCode !== 1 || !isClear) problems.push(`ended with ${exitCode}: ${stderr}`)
      problems.push(...garbageIn(sandbox).map((path) => `left behind: ${path}`))
    }
    disk.resize(enough)
    problems.push(...(await problemsAfterFault(sandbox)))
    return {
      hasFailed: exitCode !== 0,
      problems: problems.map((problem) => `${state}, ${bytes} bytes to spare: ${problem}`),
    }
  } finally {
    disk.remove()
  }
}

function usedBytes(path: string): number {
  const { blocks, bfree, bsize } = statfsSync(path)
  return (blocks - bfree) * bsize
}
