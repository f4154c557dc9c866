import { checkLoad } from '../binary/macho/check-load.ts'
import { checkSignature, type SignedWith } from '../binary/macho/signature/check.ts'
import { PyEmbedError } from '../errors.ts'
import type { FrameworkProblem } from './problem.ts'

/** What the signature of a bundle's own file is over, beside the file. */
export interface SignedParts extends SignedWith {
  /** pyembed signed it, which leaves nothing behind a signature. */
  readonly isOurs: boolean
}

/** Why dyld would not load a file of code, and what is wrong with its signature. `parts` of the bundle's own file. */
export function codeProblems(
  path: string,
  bytes: Buffer,
  parts?: SignedParts,
): readonly FrameworkProblem[] {
  const signature = checkSignature(bytes, parts ?? {})
    .filter(({ kind }) => kind !== 'padding' || parts?.isOurs === true)
    .map(({ arch, offset, detail }): FrameworkProblem => ({
      path,
      kind: 'signature',
      detail: `${detail} (${arch}, at ${offset})`,
    }))
  return [...signature, ...loadProblems(path, bytes)]
}

function loadProblems(path: string, bytes: Buffer): readonly FrameworkProblem[] {
  try {
    return checkLoad(bytes).map(({ arch, detail }) => ({
      path,
      kind: 'load',
      detail: `${detail} (${arch})`,
    }))
  } catch (error) {
    if (!(error instanceof PyEmbedError)) throw error
    return [{ path, kind: 'load', detail: error.message }]
  }
}
