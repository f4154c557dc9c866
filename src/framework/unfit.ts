import { PyEmbedError } from '../errors.ts'

/** A file of a prefix that keeps it from becoming a framework. */
export function unfit(path: string, reason: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_FRAMEWORK_UNFIT', `\`${path}\` ${reason}`, {
    hint: 'A package may have put it there: leave that out of `requires`, or out of what is deployed (`trim`)',
  })
}
