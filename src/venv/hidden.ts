import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { listDirectory } from './place.ts'

/**
 * What can be imported from packages of a base and would come from an environment instead; sorted. Not what the
 * environment has in the same version, nor pip, which does not matter to anybody.
 */
export function hiddenModules(base: string, sitePackages: string): readonly string[] {
  const own = new Set(listDirectory(sitePackages))
  const others = listDirectory(base).filter(
    (folder) => folder.endsWith('.dist-info') && !folder.startsWith('pip-') && !own.has(folder),
  )
  const modules = new Set(others.flatMap((folder) => recordedModules(join(base, folder))))
  return [...modules].filter((module) => hasModule(sitePackages, own, module)).sort()
}

/** Top-level names in a RECORD: `numpy` of `numpy/__init__.py`, `six` of `six.py`. */
function recordedModules(distInfo: string): readonly string[] {
  return readRecord(distInfo)
    .split('\n')
    .flatMap((line) => /^([^",/.]+)(?:\/|\.[^,/]*,)/.exec(line)?.[1] ?? [])
}

function readRecord(distInfo: string): string {
  try {
    return readFileSync(join(distInfo, 'RECORD'), 'utf8')
  } catch {
    return ''
  }
}

/** A folder without `__init__` is a namespace, which hides nothing. */
function hasModule(sitePackages: string, entries: ReadonlySet<string>, module: string): boolean {
  return (
    hasCode(entries, module) ||
    (entries.has(module) && hasCode(listDirectory(join(sitePackages, module)), '__init__'))
  )
}

function hasCode(names: Iterable<string>, module: string): boolean {
  return [...names].some(
    (name) => name.startsWith(`${module}.`) && /\.(?:py|pyc|so|pyd)$/.test(name),
  )
}
