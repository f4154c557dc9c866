import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { listDirectory } from './place.ts'

/**
 * What can be imported from packages of a base and would come from an environment instead; sorted. Not what the
 * environment has in the same version, nor pip, which does not matter to anybody.
 */
export function hiddenModules(base: string, sitePackages: string): readonly string[] {
  const own = listDirectory(sitePackages)
  const others = listDirectory(base).filter(
    (folder) =>
      folder.endsWith('.dist-info') && !folder.startsWith('pip-') && !own.includes(folder),
  )
  const modules = new Set(others.flatMap((folder) => recordedModules(join(base, folder))))
  const folders = [sitePackages, ...addedFolders(sitePackages, own)].map((folder) => ({
    folder,
    names: listDirectory(folder),
  }))
  return [...modules].filter((module) => folders.some((each) => hasModule(each, module))).sort()
}

/** What `.pth` files add to `sys.path`, before what the base has: the sources of editable installs. */
function addedFolders(sitePackages: string, names: readonly string[]): readonly string[] {
  return names
    .filter((name) => name.endsWith('.pth'))
    .flatMap((name) => readText(join(sitePackages, name)).split(/\r?\n/))
    .filter((line) => line.trim() !== '' && !/^(?:#|import[ \t])/.test(line))
    .map((line) => resolve(sitePackages, line.trimEnd()))
}

/** Top-level names in a RECORD: `numpy` of `numpy/__init__.py`, `six` of `six.py`. */
function recordedModules(distInfo: string): readonly string[] {
  return readText(join(distInfo, 'RECORD'))
    .split('\n')
    .flatMap((line) => /^([^",/.]+)(?:\/|\.[^,/]*,)/.exec(line)?.[1] ?? [])
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** A folder without `__init__` is a namespace, which hides nothing. */
function hasModule(
  { folder, names }: { readonly folder: string; readonly names: readonly string[] },
  module: string,
): boolean {
  return (
    hasCode(names, module) ||
    (names.includes(module) && hasCode(listDirectory(join(folder, module)), '__init__'))
  )
}

function hasCode(names: readonly string[], module: string): boolean {
  return names.some((name) => name.startsWith(`${module}.`) && /\.(?:py|pyc|so|pyd)$/.test(name))
}
