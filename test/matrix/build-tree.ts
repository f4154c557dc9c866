import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'

import { cleanEnvironment } from '../helpers/cli.ts'
import type { CMake } from '../helpers/cmake.ts'
import { warm } from './baits.ts'
import type { Minor } from './rows.ts'
import type { World } from './world.ts'

// Copying a Python and finding a compiler take most of a configure, and differ in no cell. So the build tree is always
// the same folder, and its Python and CMake's knowledge of the compiler move from cell to cell.

/** CMake learns anew what is older than what it was learnt from. */
const copying = { recursive: true, preserveTimestamps: true } as const

const minors: readonly Minor[] = ['3.14', '3.11']

/** An empty build tree, but for what that CMake knows of the compilers. */
export async function emptyBuildTree(world: World, cmake: CMake): Promise<void> {
  const { root, build } = world
  const known = join(root, 'compilers', cmake.version)
  if (!existsSync(known)) await learnCompilers(world, cmake, known)
  rmSync(build, { recursive: true, force: true })
  mkdirSync(join(build, 'CMakeFiles'), { recursive: true })
  cpSync(known, join(build, 'CMakeFiles', cmake.version), copying)
}

/** Puts the Python of a pin into the build tree, when a cell left one. */
export function takePython({ root, build }: World, pin: Minor): void {
  const kept = join(root, 'pythons', pin)
  for (const name of ['python', 'python.pyembed']) {
    if (existsSync(join(kept, name))) renameSync(join(kept, name), join(build, name))
  }
}

/** Takes the Python out of the build tree, when there is one, and keeps it for the next cell. */
export function keepPython({ root, build }: World): void {
  const minor = minors.find((each) => existsSync(join(build, 'python', 'bin', `python${each}`)))
  if (minor === undefined) return
  const kept = join(root, 'pythons', minor)
  if (!existsSync(kept)) warm(join(build, 'python', 'bin', `python${minor}`))
  rmSync(kept, { recursive: true, force: true })
  mkdirSync(kept, { recursive: true })
  for (const name of ['python', 'python.pyembed']) renameSync(join(build, name), join(kept, name))
}

async function learnCompilers({ root, project }: World, cmake: CMake, to: string): Promise<void> {
  const build = join(root, 'build-of-compilers')
  const args = ['-S', join(project, 'compilers'), '-B', build, '-G', 'Ninja']
  await execa(cmake.path, args, { env: cleanEnvironment(), extendEnv: false })
  cpSync(join(build, 'CMakeFiles', cmake.version), to, copying)
  rmSync(build, { recursive: true })
}
