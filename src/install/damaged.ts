import { PyEmbedError } from '../errors.ts'

/** The error for a file of the download cache whose hash is not the one that was locked. */
export function damagedCacheFile(
  { name, path, sha256 }: { readonly name: string; readonly path: string; readonly sha256: string },
  found: string,
): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_CHECKSUM_MISMATCH',
    `the cached \`${name}\` has sha256 \`${found}\`, the lock wants \`${sha256}\``,
    { hint: `Remove \`${path}\` and run the command again`, damaged: path },
  )
}

/** The error for an unpacked part of the cache that is not what it was when it was made. */
export function damagedPart(directory: string, path: string): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_CHECKSUM_MISMATCH',
    `\`${path}\` of \`${directory}\` is not what it was`,
    { hint: `Remove \`${directory}\` and run the command again`, damaged: directory },
  )
}
