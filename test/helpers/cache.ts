import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { inject } from 'vitest'

import type { Lock } from '../../src/lock/lock.ts'
import { sharedProject } from './prefix.ts'

/**
 * A cache with the Pythons of a build, for these targets, and no wheels: hard links to what the shared sync fetched and
 * unpacked. Only for tests that write into no file.
 */
export function linkPythons(build: string, targets: readonly string[], cache: string): void {
  const lock = JSON.parse(readFileSync(join(sharedProject(build), 'pyembed.lock'), 'utf8')) as Lock
  const hashes = new Set(targets.map((target) => lock.targets[target]?.archive.sha256))
  for (const folder of ['downloads', 'unpacked']) {
    const shared = join(inject('cliEnv')['PYEMBED_CACHE_DIR'] ?? '', folder)
    const names = readdirSync(shared).filter((name) => hashes.has(name.slice(0, 64)))
    mkdirSync(join(cache, folder), { recursive: true })
    execFileSync('cp', ['-al', ...names, join(cache, folder)], { cwd: shared })
  }
}
