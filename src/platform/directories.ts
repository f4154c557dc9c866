import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'

import { PyEmbedError } from '../errors.ts'

/** The variable by which the XDG Base Directory Specification names a directory, and where it is without. */
interface Place {
  readonly variable: string
  readonly linux: string
  readonly macos: string
  readonly windows: string
}

/** Where each system keeps a program's files. */
const places = {
  data: {
    variable: 'XDG_DATA_HOME',
    linux: '.local/share/pyembed',
    macos: 'Library/Application Support/pyembed',
    windows: 'pyembed/Data',
  },
  cache: {
    variable: 'XDG_CACHE_HOME',
    linux: '.cache/pyembed',
    macos: 'Library/Caches/pyembed',
    windows: 'pyembed/Cache',
  },
} as const satisfies Record<string, Place>

/**
 * A directory of the user for pyembed's own files: `data` (the store) or `cache` (downloads, unpacked parts, byte
 * code), by the conventions of the system; always absolute. A relative `XDG_*` value is ignored, as the XDG Base
 * Directory Specification demands. @throws PYEMBED_HOME_UNKNOWN
 */
export function userDirectory(
  kind: keyof typeof places,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const { variable, linux, macos, windows } = places[kind]
  const absolute = (name: string): string | undefined => {
    const value = variables[name]
    return value !== undefined && isAbsolute(value) ? value : undefined
  }
  if (process.platform === 'win32')
    return join(absolute('LOCALAPPDATA') ?? join(findHome(), 'AppData', 'Local'), windows)
  if (process.platform === 'darwin') return join(findHome(), macos)
  const base = absolute(variable)
  return base === undefined ? join(findHome(), linux) : join(base, 'pyembed')
}

function findHome(): string {
  try {
    // An empty HOME makes homedir() empty.
    const home = isAbsolute(homedir()) ? homedir() : userInfo().homedir
    if (isAbsolute(home)) return home
  } catch {
    // A user whom the system does not know, as in a container.
  }
  throw new PyEmbedError(
    'PYEMBED_HOME_UNKNOWN',
    '`HOME` is not set, and this user has no home directory',
    {
      hint: 'Set `HOME`, or both `PYEMBED_DATA_DIR` and `PYEMBED_CACHE_DIR`, to a directory that may be written',
    },
  )
}
