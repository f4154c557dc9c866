import { isAbsolute } from 'node:path'

import { defaultTransferPolicy, type TransferPolicy } from './fetch/policy.ts'
import { userDirectory } from './platform/directories.ts'

/** Every environment variable that pyembed reads, with what it does. docs/environment.md shows this table. */
export const environmentVariables = {
  PYEMBED_CACHE_DIR:
    'Absolute path of the cache (downloads, byte code), instead of the system’s cache directory',
  PYEMBED_DATA_DIR: 'Absolute path of the store, instead of the user’s data directory',
  PYEMBED_PYTHON_MIRROR:
    'Where archives come from: an http(s) address or a directory that holds `<build>/<archive>` and `<build>/SHA256SUMS`',
  PYEMBED_OFFLINE: 'Any value but empty, 0 and false: no network, as `--offline`',
  SSL_CERT_FILE:
    'A PEM file of the certificate authorities to trust for downloads, instead of the known ones',
  NODE_EXTRA_CA_CERTS: 'A PEM file of certificate authorities to trust beside the others',
  PYEMBED_NO_PROGRESS: 'Any value but empty, 0 and false: no progress display',
  NO_COLOR: 'Any value but empty: no colours (no-color.org)',
  PYEMBED_SIGN_COMMAND:
    'A program with its arguments that `fixup` runs for each item of its sign plan, with the path behind them',
  CI: 'Any value but empty, 0 and false: a stale lock fails as with `--locked`; plain progress lines',
} as const

export type EnvironmentVariable = keyof typeof environmentVariables

/** The PBS mirror of Astral and the releases on GitHub (python-build-standalone docs/distributions.rst). */
const pythonUpstreams: readonly string[] = [
  'https://releases.astral.sh/github/python-build-standalone/releases/download',
  'https://github.com/astral-sh/python-build-standalone/releases/download',
]

/** The environment as pyembed understands it. */
export interface Environment {
  readonly cacheDir: string
  readonly dataDir: string
  readonly pythonMirror: string | undefined
  /** Where archives come from when no mirror is set, in order. */
  readonly pythonUpstreams: readonly string[]
  /** PEM files of the certificate authorities to trust instead of Node's; none: Node's. */
  readonly certificateFiles: readonly string[]
  readonly transfer: TransferPolicy
  /** Who signs what `fixup` made ready; may hold secrets. */
  readonly signCommand: string | undefined
  readonly isOffline: boolean
  readonly isProgressWanted: boolean
  readonly isColorWanted: boolean
  readonly isCi: boolean
  /** The process environment itself, for the children that need it. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/**
 * Reads the variables above; relative directories are ignored, as the XDG specification asks. Where the user's own
 * are is asked when a directory is used: who has none may still call for help.
 */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  { isOffline = false }: { readonly isOffline?: boolean | undefined } = {},
): Environment {
  const value = (name: EnvironmentVariable): string | undefined => variables[name] || undefined
  const isSet = (name: EnvironmentVariable): boolean =>
    !['', '0', 'false'].includes((value(name) ?? '').toLowerCase())
  const directory = (name: EnvironmentVariable): string | undefined => {
    const path = value(name)
    return path !== undefined && isAbsolute(path) ? path : undefined
  }
  const authorities = value('SSL_CERT_FILE')
  // Node reads its variable itself, unless it is given a list.
  const more = value('NODE_EXTRA_CA_CERTS')

  return {
    get cacheDir() {
      return directory('PYEMBED_CACHE_DIR') ?? userDirectory('cache', variables)
    },
    get dataDir() {
      return directory('PYEMBED_DATA_DIR') ?? userDirectory('data', variables)
    },
    pythonMirror: value('PYEMBED_PYTHON_MIRROR'),
    pythonUpstreams,
    certificateFiles:
      authorities === undefined ? [] : [authorities, ...(more === undefined ? [] : [more])],
    transfer: defaultTransferPolicy,
    signCommand: value('PYEMBED_SIGN_COMMAND'),
    isOffline: isOffline || isSet('PYEMBED_OFFLINE'),
    isProgressWanted: !isSet('PYEMBED_NO_PROGRESS'),
    isColorWanted: value('NO_COLOR') === undefined,
    isCi: isSet('CI'),
    variables,
  }
}
