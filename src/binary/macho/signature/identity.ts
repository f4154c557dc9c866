import { hasErrorCode } from '../../../errors.ts'
import type { Bytes } from '../../bytes.ts'
import { readMacho } from '../macho.ts'
import { readSignature } from './read.ts'

/** Whether somebody's identity signed a file, whatever that is worth now; of a damaged one nobody can tell. */
export function hasIdentity(file: Bytes): boolean {
  try {
    return readMacho(file).slices.some((slice) => readSignature(file, slice)?.isAdHoc === false)
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return false
    throw error
  }
}

/** What is said of a file that was signed by an identity, and is signed ad hoc now. */
export function lostIdentity(path: string): string {
  return `\`${path}\` was signed by an identity. It had to be changed, and is signed ad hoc now`
}
