import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { bytesOf } from '../binary/bytes.ts'
import { planEdit } from '../binary/macho/edit.ts'
import { readMacho } from '../binary/macho/macho.ts'
import { writePatches } from '../binary/macho/patch.ts'
import { hasIdentity } from '../binary/macho/signature/identity.ts'
import { type ErrorCode, PyEmbedError } from '../errors.ts'
import type { FileReader } from '../fs/file-reader.ts'
import { rewriteFile } from '../fs/rewrite.ts'
import { changesOf, type LoaderChange } from './changes.ts'
import { loaderEdit, type Surroundings } from './loader-paths.ts'
import type { BundleProblem } from './problem.ts'
import { isSigned, keptOptions, signCode } from './sign-code.ts'

export interface FixedCode {
  readonly changes: readonly LoaderChange[]
  /** Files that were edited, or only signed. */
  readonly written: readonly string[]
  /** Those of them that an identity had signed. */
  readonly lost: readonly string[]
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
  read: FileReader,
  signal: AbortSignal | undefined,
): Promise<FixedCode> {
  const changes: LoaderChange[] = []
  const written: string[] = []
  const lost: string[] = []
  const problems: BundleProblem[] = []
  for (const path of around.tree.code.keys()) {
    await setImmediate()
    signal?.throwIfAborted()
    const whole = join(around.tree.app, path)
    const bytes = read(whole) ?? Buffer.alloc(0)
    try {
      const patches = planEdit(bytesOf(bytes), (slice) => loaderEdit(around, path, slice))
      const isProgram = signing.isProgram(path)
      const isRight = patches.length === 0 && (isProgram || isSignedAt(path, bytes, signing))
      if (isRight) continue
      const [before, kept] = [readMacho(bytesOf(bytes)), keptOptions(bytes)]
      const isLost = hasIdentity(bytesOf(bytes))
      writePatches(bytes, patches)
      await rewriteFile(whole, isProgram ? [bytes] : signCode(path, bytes, kept))
      written.push(path)
      if (isLost) lost.push(path)
      changes.push(...changesOf(path, before, readMacho(bytesOf(bytes))))
    } catch (error) {
      const kind = error instanceof PyEmbedError ? kinds.get(error.code) : undefined
      if (!(error instanceof PyEmbedError) || kind === undefined) throw error
      problems.push({ path, kind, detail: error.message })
    }
  }
  return { changes, written, lost, problems }
}

function isSignedAt(path: string, bytes: Buffer, { isNested }: Signing): boolean {
  // The main executable of a bundle that is a resource of this one is over parts that are none here.
  return isSigned(bytes, {}, isNested(path) ? [] : ['resource'])
}

const kinds = new Map<ErrorCode, BundleProblem['kind']>([
  ['PYEMBED_MACHO_DUPLICATE', 'duplicate'],
  ['PYEMBED_MACHO_NO_ROOM', 'room'],
  ['PYEMBED_MACHO_UNSUPPORTED', 'load'],
  ['PYEMBED_BINARY_INVALID', 'load'],
])
