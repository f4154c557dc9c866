import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'
import { toolsDirectory } from '../helpers/make-once.ts'

const version = '3.0.1'

/** The source tree of pybind11 from PyPI, unpacked once into the cache: wheels have no `CMakeLists.txt`. */
export async function findPybind11(): Promise<string> {
  const tools = toolsDirectory()
  const directory = join(tools, `pybind11-${version}`)
  if (existsSync(join(directory, 'CMakeLists.txt'))) return directory
  mkdirSync(tools, { recursive: true })
  const options = ['--quiet', '--no-deps', '--no-binary=:all:', '--dest', tools]
  await execa('python3', ['-m', 'pip', 'download', ...options, `pybind11==${version}`])
  await execa('tar', ['-xzf', join(tools, `pybind11-${version}.tar.gz`), '-C', tools])
  return directory
}
