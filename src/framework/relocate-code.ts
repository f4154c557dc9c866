import { editMacho } from '../binary/macho/edit.ts'
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
 * Gives the file that will be at `path` of the sealed folder its loader paths; undefined when it is no code.
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
  const edited =
    edits.size === 0
      ? bytes
      : editMacho(bytes, (slice) => asMachoEdit(loaderEdits(path, slice, former)))
  return { bytes: edited, macho, edits: [...edits.values()] }
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
