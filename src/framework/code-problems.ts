import { checkSignature, type SignedWith } from '../binary/macho/signature/check.ts'
import type { FrameworkProblem } from './problem.ts'

/** What the signature of a bundle's own file is over, beside the file. */
export interface SignedParts extends SignedWith {
  /** pyembed signed it, which leaves nothing behind a signature. */
  readonly isOurs: boolean
}

/** What is wrong with the signature of a file of code. `parts` of the bundle's own file. */
export function codeProblems(
  path: string,
  bytes: Buffer,
  parts?: SignedParts,
): readonly FrameworkProblem[] {
  return checkSignature(bytes, parts ?? {})
    .filter(({ kind }) => kind !== 'padding' || parts?.isOurs === true)
    .map(({ arch, offset, detail }) => ({
      path,
      kind: 'signature',
      detail: `${detail} (${arch}, at ${offset})`,
    }))
}
