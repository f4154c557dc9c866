import { join } from 'node:path'

import { fileSize } from '../fs/file-size.ts'

/** Where a file of this hash is, or will be, in the download cache. */
export function cachePath(cacheDir: string, sha256: string): string {
  return join(cacheDir, 'downloads', sha256)
}

/** Bytes of a cached file, or undefined when it is not there. Its content is checked by whoever reads it. */
export async function cachedSize(cacheDir: string, sha256: string): Promise<number | undefined> {
  return fileSize(cachePath(cacheDir, sha256))
}
