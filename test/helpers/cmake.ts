import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { toolsDirectory } from './make-once.ts'
import { hasTool } from './tools.ts'

export interface CMake {
  readonly version: string
  readonly path: string
}

/**
 * CMake of PATH, when there is one, and of `versions` those that {@link toolsDirectory} holds, each as
 * `pip install --target cmake-VERSION cmake==VERSION` makes it.
 */
export function findCMakes(...versions: readonly string[]): readonly CMake[] {
  const kept = versions
    .map((version) => ({
      version,
      path: join(toolsDirectory(), `cmake-${version}`, 'cmake/data/bin/cmake'),
    }))
    .filter(({ path }) => existsSync(path))
  return hasTool('cmake') ? [{ version: versionOf('cmake'), path: 'cmake' }, ...kept] : kept
}

function versionOf(path: string): string {
  const text = execFileSync(path, ['--version'], { encoding: 'utf8' })
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? ''
}
