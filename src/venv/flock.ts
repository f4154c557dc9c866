import { spawnSync } from 'node:child_process'
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs'

import { PyEmbedError, systemErrorCode } from '../errors.ts'

/**
 * A try at the system's lock on a file: its descriptor when it was got; `held` by another; `unsupported` by the file
 * system.
 */
export type Attempt = number | 'held' | 'unsupported'

/**
 * Tries to lock a file as C++ does: flock(2), on Windows share modes. The lock goes with the descriptor, that is with
 * the process. `variables` is the environment, for `PATH`.
 */
export function tryLock(
  path: string,
  isShared: boolean,
  variables: Readonly<Record<string, string | undefined>>,
): Attempt {
  for (;;) {
    const attempt =
      process.platform === 'linux'
        ? tryByProgram(path, isShared, variables)
        : tryByOpening(path, isShared)
    if (typeof attempt !== 'number' || isSameFile(attempt, path)) return attempt
    // Its last holder removed it: a lock on it means nothing.
    closeSync(attempt)
  }
}

function isSameFile(descriptor: number, path: string): boolean {
  const held = fstatSync(descriptor)
  const found = statSync(path, { throwIfNoEntry: false })
  return held.dev === found?.dev && held.ino === found.ino
}

/** Node has no flock(2). flock(1) locks what it inherits, and the lock stays with our descriptor when it ends. */
function tryByProgram(
  path: string,
  isShared: boolean,
  variables: Readonly<Record<string, string | undefined>>,
): Attempt {
  const descriptor = openToLock(path, isShared)
  const { status, error } = spawnSync('flock', [isShared ? '-s' : '-x', '-n', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    env: { PATH: variables['PATH'] },
  })
  if (status === 0) return descriptor
  closeSync(descriptor)
  if (error !== undefined) {
    throw new PyEmbedError(
      'PYEMBED_HOST_UNSUPPORTED',
      `\`flock\` cannot be run: ${error.message}`,
      {
        hint: 'Install it (util-linux, in most systems always there) and see that it is on `PATH`',
        cause: error,
      },
    )
  }
  // 1: another one has it; else what the system said of this file system.
  return status === 1 ? 'held' : 'unsupported'
}

/** A shared lock also of a file that may only be read. */
function openToLock(path: string, isShared: boolean): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666)
  } catch (error) {
    if (isShared && ['EACCES', 'EROFS'].includes(systemErrorCode(error) ?? ''))
      return openSync(path, 'r')
    throw error
  }
}

/** open(2) of the BSDs can lock; of Windows, libuv passes on share mode 0. Node has no names for these flags. */
const lockFlags = {
  darwin: { shared: 0x10, exclusive: 0x20 },
  win32: { shared: 0, exclusive: 0x10000000 },
}

function tryByOpening(path: string, isShared: boolean): Attempt {
  const flags = process.platform === 'win32' ? lockFlags.win32 : lockFlags.darwin
  const { O_RDONLY, O_RDWR, O_CREAT, O_NONBLOCK } = constants
  const access = isShared ? O_RDONLY : O_RDWR
  // Windows has no O_NONBLOCK, and never waits.
  const wait = process.platform === 'win32' ? 0 : O_NONBLOCK
  try {
    return openSync(
      path,
      access | O_CREAT | wait | (isShared ? flags.shared : flags.exclusive),
      0o666,
    )
  } catch (error) {
    const code = systemErrorCode(error) ?? ''
    if (['EAGAIN', 'EWOULDBLOCK', 'EBUSY'].includes(code)) return 'held'
    if (['ENOTSUP', 'EOPNOTSUPP', 'ENOLCK'].includes(code)) return 'unsupported'
    throw error
  }
}
