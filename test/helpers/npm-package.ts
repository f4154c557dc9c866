import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'

import { makeOnce, toolsDirectory } from './make-once.ts'

/** The files of an npm package, unpacked once into the user's cache. npm leaves symbolic links out. */
export async function findNpmPackage(name: string, version: string): Promise<string> {
  const folder = `npm-${name.replace('/', '-')}-${version}`
  const directory = await makeOnce(join(toolsDirectory(), folder), async (stage) => {
    mkdirSync(stage, { recursive: true })
    const packed = await execa('npm', ['pack', '--silent', `${name}@${version}`], { cwd: stage })
    const file = packed.stdout.trim().split('\n').at(-1) ?? ''
    await execa('tar', ['-xzf', file], { cwd: stage })
  })
  return join(directory, 'package')
}
