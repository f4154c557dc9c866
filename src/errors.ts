/** Every way pyembed refuses to go on. Each code has a row in docs/errors.md and a test. */
export const errorCodes = [
  'PYEMBED_USAGE',
  'PYEMBED_MANIFEST_NOT_FOUND',
  'PYEMBED_MANIFEST_EXISTS',
  'PYEMBED_MANIFEST_SYNTAX',
  'PYEMBED_MANIFEST_UNKNOWN_KEY',
  'PYEMBED_MANIFEST_WRONG_TYPE',
  'PYEMBED_MANIFEST_WRONG_VALUE',
  'PYEMBED_MANIFEST_MISSING_KEY',
  'PYEMBED_MANIFEST_INVALID',
  'PYEMBED_VERSION_NOT_FOUND',
  'PYEMBED_BUILD_NOT_FOUND',
  'PYEMBED_TARGET_NOT_FOUND',
  'PYEMBED_TARGET_NOT_IN_MANIFEST',
  'PYEMBED_HOST_UNSUPPORTED',
  'PYEMBED_HOME_UNKNOWN',
  'PYEMBED_PACKAGE_NOT_FOUND',
  'PYEMBED_PACKAGE_CONFLICT',
  'PYEMBED_PACKAGE_VERSIONS_DIFFER',
  'PYEMBED_RESOLVE_FAILED',
  'PYEMBED_LOCK_MISSING',
  'PYEMBED_LOCK_STALE',
  'PYEMBED_LOCK_NEWER',
  'PYEMBED_LOCK_INVALID',
  'PYEMBED_RELEASE_UNREACHABLE',
  'PYEMBED_SHASUMS_INVALID',
  'PYEMBED_DOWNLOAD_NOT_FOUND',
  'PYEMBED_DOWNLOAD_FAILED',
  'PYEMBED_TLS_FAILED',
  'PYEMBED_CHECKSUM_MISMATCH',
  'PYEMBED_OFFLINE',
  'PYEMBED_ARCHIVE_CORRUPT',
  'PYEMBED_ARCHIVE_TRAILING_DATA',
  'PYEMBED_ARCHIVE_TOO_LARGE',
  'PYEMBED_ARCHIVE_RATIO',
  'PYEMBED_ARCHIVE_PATH_ABSOLUTE',
  'PYEMBED_ARCHIVE_PATH_DRIVE',
  'PYEMBED_ARCHIVE_PATH_BACKSLASH',
  'PYEMBED_ARCHIVE_PATH_OUTSIDE',
  'PYEMBED_ARCHIVE_PATH_NUL',
  'PYEMBED_ARCHIVE_PATH_WINDOWS',
  'PYEMBED_ARCHIVE_PATH_TOO_LONG',
  'PYEMBED_ARCHIVE_PATH_INVALID',
  'PYEMBED_ARCHIVE_DUPLICATE',
  'PYEMBED_ARCHIVE_LINK_OUTSIDE',
  'PYEMBED_ARCHIVE_LINK_THROUGH',
  'PYEMBED_ARCHIVE_LINK_IN_WHEEL',
  'PYEMBED_ARCHIVE_HARD_LINK',
  'PYEMBED_ARCHIVE_DEVICE',
  'PYEMBED_ARCHIVE_SPARSE',
  'PYEMBED_ARCHIVE_TYPE_UNKNOWN',
  'PYEMBED_ARCHIVE_SETUID',
  'PYEMBED_WHEEL_INVALID',
  'PYEMBED_PREFIX_UNEXPECTED',
  'PYEMBED_STORE_ENTRY_INVALID',
  'PYEMBED_ROOT_INVALID',
  'PYEMBED_NOT_SYNCED',
  'PYEMBED_PATH_UNSUPPORTED',
  'PYEMBED_APP_UNKNOWN',
  'PYEMBED_APP_FILE_INVALID',
  'PYEMBED_VENV_NAME',
  'PYEMBED_VENV_NOT_FOUND',
  'PYEMBED_VENV_BROKEN',
  'PYEMBED_VENV_NEEDS_REBUILD',
  'PYEMBED_VENV_APP_MOVED',
  'PYEMBED_VENV_NEWER',
  'PYEMBED_VENV_IN_USE',
  'PYEMBED_VENV_INSTALL_FAILED',
  'PYEMBED_VENV_OPTION',
  'PYEMBED_LINKS_REFUSED',
  'PYEMBED_BINARY_INVALID',
  'PYEMBED_PLIST_INVALID',
  'PYEMBED_FRAMEWORK_UNFIT',
  'PYEMBED_BUNDLE_UNFIT',
  'PYEMBED_SIGN_FAILED',
  'PYEMBED_MACHO_UNSUPPORTED',
  'PYEMBED_MACHO_NO_ROOM',
  'PYEMBED_MACHO_DUPLICATE',
  'PYEMBED_TOOL_PYTHON',
  'PYEMBED_BUILD_NOT_PINNED',
  'PYEMBED_FILE_API_MISSING',
  'PYEMBED_CHECK_EMPTY',
  'PYEMBED_FILE_SYSTEM',
] as const

export type ErrorCode = (typeof errorCodes)[number]

export interface ErrorOptions {
  /** What the user can do, best with the command that does it. */
  readonly hint?: string | undefined
  /** A file or folder of the cache that is not what its name says: whoever can make it again removes it. */
  readonly damaged?: string | undefined
  /** The same may work later: milliseconds that the other side asks to be left alone first. */
  readonly retryAfter?: number | undefined
  readonly cause?: unknown
}

/** The only error pyembed throws on purpose. Anything else is a bug. */
export class PyEmbedError extends Error {
  override readonly name = 'PyEmbedError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly damaged: string | undefined
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.hint = options.hint === undefined ? undefined : redact(options.hint)
    this.damaged = options.damaged
    this.retryAfter = options.retryAfter
  }
}

export function hasErrorCode(error: unknown, code: ErrorCode): error is PyEmbedError {
  return error instanceof PyEmbedError && error.code === code
}

/**
 * Removes credentials and queries (which may hold signatures) from URLs, and control characters (but for newline and
 * tab), from text that will be shown. Up to the last `@`, for a password may hold a `/` that it should not.
 */
export function redact(text: string): string {
  return text
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)([^\s'"`]+)@/gi, (url, scheme: string, rest: string) => {
      const [authority = ''] = `${rest}@`.split('/')
      const hasCredentials = authority.includes('@') || /:(?!\d*$)/.test(authority)
      return hasCredentials ? `${scheme}***@` : url
    })
    .replaceAll(/\b(https?:\/\/[^\s'"`?]+\?)[^\s'"`]+/gi, '$1***')
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD')
}

/** The code of a Node system error (`ENOENT`), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

const systemErrorCures: Readonly<Record<string, string>> = {
  EACCES:
    'You may not write there: change its permissions, or name other folders with `PYEMBED_DATA_DIR` and `PYEMBED_CACHE_DIR` (of environments: `--data-home`)',
  EDQUOT: 'Your quota is used up: remove what you do not need (`pyembed store prune`)',
  EIO: 'The disk or the network behind it fails: look at the system log',
  EISDIR: 'A folder is where a file should be: move it away',
  ELOOP: 'A symbolic link there leads to itself: remove it',
  EMFILE: 'Too many files are open: raise the limit (`ulimit -n`)',
  ENAMETOOLONG: 'Name shorter folders with `PYEMBED_DATA_DIR` and `PYEMBED_CACHE_DIR`',
  ENOENT: 'Something was removed while pyembed worked with it: run the command again',
  ENOSPC: 'The disk is full: remove what you do not need (`pyembed store prune`)',
  ENOTDIR: 'A file is where a folder should be: move it away, or name another folder',
  EPERM:
    'The system does not allow it there: name other folders with `PYEMBED_DATA_DIR` and `PYEMBED_CACHE_DIR` (of environments: `--data-home`)',
  EROFS:
    'That file system is read-only: name other folders with `PYEMBED_DATA_DIR` and `PYEMBED_CACHE_DIR` (of environments: `--data-home`)',
}

/** What the file system refused, as an error with a cure; undefined for errors that mean a bug. */
export function fromSystemError(error: unknown): PyEmbedError | undefined {
  const hint = systemErrorCures[systemErrorCode(error) ?? '']
  if (hint === undefined || !(error instanceof Error)) return undefined
  return new PyEmbedError('PYEMBED_FILE_SYSTEM', error.message, { hint, cause: error })
}
