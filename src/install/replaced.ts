import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

import type { PrefixLayout } from '../platform/layout.ts'
import { normalizeName } from '../text/package-name.ts'
import type { Part } from './part.ts'
import { parseRecord } from './record.ts'

/**
 * Paths of distributions that an archive brings (pip; setuptools up to Python 3.11) and one of `wheels` replaces,
 * by their RECORD, which may name files that are not there: the byte code of the machine it was written on.
 */
export function replacedPaths(
  { root, inventory }: Part,
  { sitePackages }: PrefixLayout,
  wheels: readonly string[],
): ReadonlySet<string> {
  const replacing = new Set(wheels.map(distributionName))
  const paths = new Set<string>()
  for (const path of inventory.keys()) {
    const folder = /([^/]+)\.dist-info\/RECORD$/.exec(path)?.[1]
    if (folder === undefined || !replacing.has(distributionName(folder))) continue
    for (const line of parseRecord(readFileSync(join(root, path), 'utf8'))) {
      paths.add(posix.normalize(`${sitePackages}/${line.path}`))
    }
  }
  return paths
}

/** The distribution of a wheel's or .dist-info folder's name, comparable. */
function distributionName(name: string): string {
  return normalizeName(name.split('-')[0] ?? '')
}
