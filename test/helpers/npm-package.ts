import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'

import { readEnvironment } from '../../src/env.ts'

/** The files of an npm package, unpacked once into the user's cache. npm leaves symbolic links out. */
export async function findNpmPackage(name: string, version: string): Promise<string> {
  const directory = join(
    readEnvironment().cacheDir,
    'test-tools',
    `npm-${name.replace('/', '-')}-${version}`,
  )
  const unpacked = join(directory, 'package')
  if (existsSync(join(unpacked, 'package.json'))) return unpacked
  mkdirSync(directory, { recursive: true })
  const { stdout } = await execa('npm', ['pack', '--silent', `${name}@${version}`], {
    cwd: directory,
  })
  const file = stdout.trim().split('\n').at(-1) ?? ''
  // package.json comes first; what is there only with it is whole.
  await execa('tar', ['-xzf', file, '--exclude=package.json'], { cwd: directory })
  await execa('tar', ['-xzf', file, 'package/package.json'], { cwd: directory })
  return unpacked
}
