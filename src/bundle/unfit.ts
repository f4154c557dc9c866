import { PyEmbedError } from '../errors.ts'

/** A folder that is no app, or lacks what makes it one. */
export function unfitBundle(path: string, reason: string, hint: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_BUNDLE_UNFIT', `\`${path}\` ${reason}`, { hint })
}
