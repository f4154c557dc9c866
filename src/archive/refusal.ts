import { type ErrorCode, PyEmbedError } from '../errors.ts'

export type ArchiveCode = Extract<ErrorCode, `PYEMBED_ARCHIVE_${string}`>

/** The error for something an archive must not hold. */
export function refusal(
  code: ArchiveCode,
  archive: string,
  path: string,
  reason: string,
): PyEmbedError {
  return new PyEmbedError(code, `\`${archive}\` holds \`${path}\`, ${reason}`, {
    hint: 'Nothing of it was kept. Get the archive from a source you trust',
  })
}

/** The error for an archive that as a whole is not what an archive should be. */
export function refusedWhole(code: ArchiveCode, archive: string, reason: string): PyEmbedError {
  return new PyEmbedError(code, `\`${archive}\` ${reason}`, {
    hint: 'Nothing of it was kept. Get the archive from a source you trust',
  })
}

/** The error for an archive that cannot be read. */
export function corrupt(archive: string, reason: string, cause?: unknown): PyEmbedError {
  return new PyEmbedError('PYEMBED_ARCHIVE_CORRUPT', `\`${archive}\` cannot be read: ${reason}`, {
    hint: 'Its hash is the one the lock wants, so its source publishes a damaged file: lock another version or build',
    cause,
  })
}
