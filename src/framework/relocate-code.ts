import { bytesOf } from '../binary/bytes.ts'
import { planEdit, type SliceEdit } from '../binary/macho/edit.ts'
import type { Macho } from '../binary/macho/macho.ts'
import { PyEmbedError } from '../errors.ts'
import { readCode } from './code.ts'
import { asMachoEdit, type FormerPrefix, type LoaderEdit, loaderEdits } from './loader-paths.ts'

/** Code with the loader paths of a framework, not signed yet. */
export interface RelocatedCode {
  readonly bytes: Buffer
  readonly macho: Macho
  readonly edits: readonly LoaderEdit[]
}

/**
 * Gives the file that will be at `path` of the sealed folder its loader paths, in place: a copy of libpython would be
 * 18 MB more. Undefined when it is no code.
 * @throws PYEMBED_BINARY_INVALID, PYEMBED_MACHO_*
 */
export function relocateCode(
  path: string,
  bytes: Buffer,
  former: FormerPrefix,
): RelocatedCode | undefined {
  const macho = readCode(bytes)
  if (macho === undefined) return undefined
  // Slices mostly have the same.
  const edits = new Map<string, LoaderEdit>()
  for (const slice of macho.slices) {
    for (const edit of loaderEdits(path, slice, former)) edits.set(JSON.stringify(edit), edit)
  }
  if (edits.size > 0) {
    const edit: SliceEdit = (slice) => asMachoEdit(loaderEdits(path, slice, former))
    for (const patch of planEdit(bytesOf(bytes), edit)) patch.bytes.copy(bytes, patch.at)
  }
  return { bytes, macho, edits: [...edits.values()] }
}

/** Does what reads a binary, whose errors do not know its name. */
export function namingPath<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof PyEmbedError ? atPath(path, error) : error
  }
}

export function atPath(path: string, error: PyEmbedError): PyEmbedError {
  return new PyEmbedError(error.code, `\`${path}\`: ${error.message}`, {
    hint: error.hint,
    cause: error,
  })
}
