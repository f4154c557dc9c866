import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'

import envPaths from 'env-paths'

/** Where pyembed keeps its own files: `data` (the store) and `cache` (downloads, byte code). */
export interface UserDirectories {
  readonly data: string
  readonly cache: string
}

/** An empty HOME makes homedir() empty; and not every user has an entry in the system's database. */
function userHome(): string {
  try {
    return isAbsolute(homedir()) ? homedir() : userInfo().homedir
  } catch {
    return '/nonexistent'
  }
}

/**
 * The user's directories by the conventions of the system (env-paths), always absolute: a relative
 * `XDG_*` value is ignored, as the XDG Base Directory Specification demands.
 */
export function userDirectories(
  variables: Readonly<Record<string, string | undefined>>,
): UserDirectories {
  if (process.platform === 'win32' || process.platform === 'darwin') {
    return envPaths('pyembed', { suffix: '' })
  }
  const home = userHome()

  const xdg = (name: string, fallback: string): string => {
    const value = variables[name]
    return value !== undefined && isAbsolute(value) ? value : join(home, fallback)
  }
  return {
    data: join(xdg('XDG_DATA_HOME', '.local/share'), 'pyembed'),
    cache: join(xdg('XDG_CACHE_HOME', '.cache'), 'pyembed'),
  }
}
