import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { bytesOf } from '../binary/bytes.ts'
import { editMacho } from '../binary/macho/edit.ts'
import { readMacho } from '../binary/macho/macho.ts'
import { type ErrorCode, PyEmbedError } from '../errors.ts'
import { rewriteFile } from '../fs/rewrite.ts'
import { changesOf, type LoaderChange } from './changes.ts'
import { loaderEdit, type Surroundings } from './loader-paths.ts'
import type { BundleProblem } from './problem.ts'
import { isSigned, keptOptions, signCode } from './sign-code.ts'

export interface FixedCode {
  readonly changes: readonly LoaderChange[]
  /** Files that were edited, or only signed. */
  readonly written: readonly string[]
  readonly problems: readonly BundleProblem[]
}

/** How the signature of a file is made. */
export interface Signing {
  /** The main executables of bundles, which are signed over their bundles later. */
  readonly isProgram: (path: string) => boolean
  /** Whether a file lies where macOS expects code, so that it is no resource. */
  readonly isNested: (path: string) => boolean
}

/** Gives each file of code its loader paths, and an ad-hoc signature where that breaks one or where there is none. */
export async function fixCode(
  around: Surroundings,
  signing: Signing,
  signal: AbortSignal | undefined,
): Promise<FixedCode> {
  const changes: LoaderChange[] = []
  const written: string[] = []
  const problems: BundleProblem[] = []
  for (const path of around.tree.code.keys()) {
    await setImmediate()
    signal?.throwIfAborted()
    const whole = join(around.tree.app, path)
    const bytes = readFileSync(whole)
    try {
      const other = editMacho(bytes, (slice) => loaderEdit(around, path, slice))
      const edited = other.equals(bytes) ? bytes : other
      const fixed = signing.isProgram(path)
        ? edited
        : signedAnew(path, bytes, edited, signing.isNested(path))
      if (fixed === bytes) continue
      await rewriteFile(whole, fixed)
      written.push(path)
      changes.push(...changesOf(path, readMacho(bytesOf(bytes)), readMacho(bytesOf(edited))))
    } catch (error) {
      const kind = error instanceof PyEmbedError ? kinds.get(error.code) : undefined
      if (!(error instanceof PyEmbedError) || kind === undefined) throw error
      problems.push({ path, kind, detail: error.message })
    }
  }
  return { changes, written, problems }
}

/** The same buffer when nothing is to be done. */
function signedAnew(path: string, bytes: Buffer, edited: Buffer, isNested: boolean): Buffer {
  // The main executable of a bundle that is a resource of this one is over parts that are none here.
  const ignored = isNested ? [] : ['resource']
  if (edited === bytes && isSigned(bytes, {}, ignored)) return bytes
  return signCode(path, edited, keptOptions(bytes))
}

const kinds = new Map<ErrorCode, BundleProblem['kind']>([
  ['PYEMBED_MACHO_DUPLICATE', 'duplicate'],
  ['PYEMBED_MACHO_NO_ROOM', 'room'],
  ['PYEMBED_MACHO_UNSUPPORTED', 'load'],
  ['PYEMBED_BINARY_INVALID', 'load'],
])
