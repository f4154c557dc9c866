import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'

import { readEnvironment } from '../../src/env.ts'

const version = '0.13.0'

/** Zig, whose compiler of C knows macOS without an SDK; installed once into the user's cache, from PyPI. */
export async function findZig(): Promise<string> {
  const directory = join(readEnvironment().cacheDir, 'test-tools', `zig-${version}`)
  const zig = join(directory, 'ziglang', 'zig')
  if (!existsSync(zig)) {
    const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--target', directory]
    await execa('python3', ['-m', 'pip', 'install', ...options, `ziglang==${version}`])
  }
  return zig
}
