import { existsSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { temporaryName } from './atomic.ts'

/** What file systems without symbolic links answer, and Windows to users without the right to make them. */
const refusals = new Set([
  'EPERM',
  'EACCES',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EINVAL',
  'UNKNOWN',
])

/** Makes sure, before work that needs them, that symbolic links can be made beside `path`. @throws PYEMBED_LINKS_REFUSED */
export function requireLinks(path: string): void {
  const probe = temporaryName(path)
  try {
    symlinkSync('target', probe)
  } catch (error) {
    const code = systemErrorCode(error) ?? ''
    if (!refusals.has(code)) throw error
    throw new PyEmbedError(
      'PYEMBED_LINKS_REFUSED',
      `no symbolic link can be made at \`${path}\` (${code})`,
      {
        hint: 'On Windows turn on Developer Mode or run as administrator; elsewhere name folders on a file system with symbolic links with `PYEMBED_DATA_DIR` and `PYEMBED_CACHE_DIR`',
        cause: error,
      },
    )
  }
  rmSync(probe)
}

/** A link counts itself: asking for its text takes half the time of `lstatSync`, for hundreds of environments. */
export function isThere(path: string): boolean {
  try {
    return readlinkSync(path) !== ''
  } catch {
    return existsSync(path)
  }
}
