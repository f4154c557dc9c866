import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { type PrefixKind, prefixLayout } from '../platform/layout.ts'

/**
 * Whether the files are there without which nothing can be built or started: a cheap look at a prefix that
 * someone may have emptied. `verify` is the thorough one.
 */
export async function hasKeyFiles(prefix: string, kind: PrefixKind): Promise<boolean> {
  const { executable, library, include } = prefixLayout(kind)
  const found = [executable, library, `${include}/Python.h`].map((path) =>
    access(join(prefix, path)),
  )
  return Promise.all(found).then(
    () => true,
    () => false,
  )
}
