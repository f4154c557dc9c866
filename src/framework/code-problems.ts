import { checkLoad } from '../binary/macho/check-load.ts'
import {
  checkSignature,
  type SignatureProblem,
  type SignedWith,
} from '../binary/macho/signature/check.ts'
import { PyEmbedError } from '../errors.ts'
import type { FrameworkProblem } from './problem.ts'

/** How a file is looked at. */
export interface CodeOptions {
  /** Of a bundle's own file, what its signature is over beside it. */
  readonly signed?: SignedWith | undefined
  /** What does no harm in it. */
  readonly harmless: readonly SignatureProblem['kind'][]
}

/** Why dyld would not load a file of code, and what is wrong with its signature. */
export function codeProblems(
  path: string,
  bytes: Buffer,
  { signed = {}, harmless }: CodeOptions,
): readonly FrameworkProblem[] {
  const signature = checkSignature(bytes, signed)
    .filter(({ kind }) => !harmless.includes(kind))
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
