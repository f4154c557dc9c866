import { PyEmbedError } from '../errors.ts'

/** The error for a file of the download cache whose hash is not the one that was locked. */
export function damagedCacheFile(
  { name, path, sha256 }: { readonly name: string; readonly path: string; readonly sha256: string },
  found: string,
): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_CHECKSUM_MISMATCH',
    `the cached \`${name}\` has sha256 \`${found}\`, the lock wants \`${sha256}\``,
    { hint: `Remove \`${path}\` and run the command again`, damagedFile: path },
  )
}
