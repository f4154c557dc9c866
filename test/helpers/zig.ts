import { join } from 'node:path'

import { execa } from 'execa'

import { makeOnce, toolsDirectory } from './make-once.ts'

const version = '0.13.0'

/** Zig, whose compiler of C knows macOS without an SDK; installed once into the user's cache, from PyPI. */
export async function findZig(): Promise<string> {
  const directory = await makeOnce(join(toolsDirectory(), `zig-${version}`), async (stage) => {
    const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--target', stage]
    await execa('python3', ['-m', 'pip', 'install', ...options, `ziglang==${version}`])
  })
  return join(directory, 'ziglang', 'zig')
}

/** What it builds of its own libraries for a system is kept, too: they take longer than a test. */
export function zigCache(local: string): Readonly<Record<string, string>> {
  return { ZIG_GLOBAL_CACHE_DIR: join(toolsDirectory(), 'zig-cache'), ZIG_LOCAL_CACHE_DIR: local }
}
