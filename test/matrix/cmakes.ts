import { join } from 'node:path'

import { execa } from 'execa'

import { type CMake, findCMakes } from '../helpers/cmake.ts'
import { toolsDirectory } from '../helpers/make-once.ts'

export const generators = ['Ninja', 'Ninja Multi-Config', 'Unix Makefiles'] as const
export type Generator = (typeof generators)[number]

/** The ways into pyembed, and the first CMake that has each. */
export const doors = ['include', 'provider', 'presets', 'config'] as const
export type Door = (typeof doors)[number]
const firstOf: Readonly<Record<Door, string>> = {
  include: '3.20',
  // CMAKE_PROJECT_TOP_LEVEL_INCLUDES; an older CMake takes no notice of it.
  provider: '3.24',
  presets: '3.24',
  config: '3.20',
}

/** 3.25.1 is Debian 12's, whose FindPython is patched; the last is the newest on PyPI when this was written. */
export const cmakeVersions = ['3.20.5', '3.22.6', '3.25.1', '3.26.4', '3.31.10', '4.4.4'] as const

export function doorsOf({ version }: CMake): readonly Door[] {
  return doors.filter((door) => !isOlder(version, firstOf[door]))
}

/** That CMake of this machine or of the cache; else it is installed into the cache, from PyPI. */
export async function installCMake(version: string): Promise<CMake> {
  const isIt = (cmake: CMake): boolean => cmake.version === version
  const found = findCMakes(version).find(isIt)
  if (found !== undefined) return found
  const directory = join(toolsDirectory(), `cmake-${version}`)
  const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--target', directory]
  const args = ['-m', 'pip', 'install', ...options, `cmake==${version}`]
  const { stderr } = await execa('python3', args, { reject: false })
  const installed = findCMakes(version).find(isIt)
  if (installed !== undefined) return installed
  throw new Error(`CMake ${version} is not this machine's, and pip has none: ${stderr}`)
}

/** Of two versions. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number))
  for (const [index, part] of (b ?? []).entries()) {
    if (a?.[index] !== part) return (a?.[index] ?? 0) < part
  }
  return false
}
