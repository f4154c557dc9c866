import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { type PrefixKind, prefixLayout } from '../platform/layout.ts'

/**
 * Whether the files are there without which nothing can be built or started: a cheap look at a prefix that
 * someone may have emptied. `verify` is the thorough one.
 */
export function hasKeyFiles(prefix: string, kind: PrefixKind): boolean {
  const { executable, library, include } = prefixLayout(kind)
  return [executable, library, `${include}/Python.h`].every((path) =>
    existsSync(join(prefix, path)),
  )
}
