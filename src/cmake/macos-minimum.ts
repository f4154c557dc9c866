import { join } from 'node:path'

import { readMachoMinimum } from '../binary/macho/minimum.ts'
import { walkFiles } from '../fs/walk.ts'
import type { Target } from '../platform/target.ts'

/** The file of a prefix that needs the newest macOS, and which one; undefined for other systems. */
export function findMacosMinimum(
  prefix: string,
  { os, arch }: Target,
): { readonly file: string; readonly version: string } | undefined {
  if (os !== 'macos') return undefined
  let highest: { readonly file: string; readonly version: string } | undefined
  for (const { path, isLink } of walkFiles(prefix)) {
    const version = isLink ? undefined : readMachoMinimum(join(prefix, path), arch)
    if (version === undefined) continue
    const order = highest === undefined ? 1 : compareVersions(version, highest.version)
    // Of those that need the same, the first by name, so that the pin does not change with the order of folders.
    if (highest === undefined || order > 0 || (order === 0 && path < highest.file))
      highest = { file: path, version }
  }
  return highest
}

function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true })
}
