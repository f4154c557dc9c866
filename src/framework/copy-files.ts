import { hash } from 'node:crypto'
import { posix } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { bytesOf } from '../binary/bytes.ts'
import type { Macho } from '../binary/macho/macho.ts'
import { defaultIdentifier } from '../binary/macho/signature/identifier.ts'
import { hasIdentity, lostIdentity } from '../binary/macho/signature/identity.ts'
import { sealPieces } from '../binary/macho/signature/seal.ts'
import type { Context } from '../context.ts'
import { hasErrorCode, PyEmbedError } from '../errors.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { mayBeCode } from './code.ts'
import { type FrameworkItem, versionFolder } from './layout.ts'
import type { FormerPrefix, LoaderEdit } from './loader-paths.ts'
import { type PinnedPrefix, requirePinned } from './pinned.ts'
import { atPath, relocateCode } from './relocate-code.ts'
import { withoutRealpath } from './scripts.ts'

export type FrameworkFile = FrameworkItem & { readonly kind: 'file' }

/** A prefix, and what reads a file of it, as of `createReader`. */
export type ReadPrefix = PinnedPrefix & FormerPrefix & { readonly read: (path: string) => Buffer }

/** What copying has found out. */
interface Copied {
  readonly edits: readonly LoaderEdit[]
  /** Of each Mach-O, what it says of itself. */
  readonly code: readonly Macho[]
}

const filesPerTurn = 64

/**
 * Copies files of a plan into a stage: Mach-Os with the loader paths of a framework and signed, commands for every
 * macOS, all else as it is.
 * @throws PYEMBED_STORE_ENTRY_INVALID, PYEMBED_MACHO_*
 */
export async function copyFiles(
  { emit, signal }: Context,
  source: ReadPrefix,
  items: readonly FrameworkFile[],
  writer: TreeWriter,
): Promise<Copied> {
  const edits: LoaderEdit[] = []
  const code: Macho[] = []
  for (const [index, item] of items.entries()) {
    if (index % filesPerTurn === 0) await setImmediate()
    signal?.throwIfAborted()
    const { path, from, mode } = item
    const bytes = source.read(from)
    if (!mayBeCode(bytes) && !isCommand(path)) {
      requirePinned(source, from, writer.writeFile(path, mode, [bytes]).sha256)
      continue
    }
    requirePinned(source, from, hash('sha256', bytes))
    if (!mayBeCode(bytes)) {
      writer.writeFile(path, mode, [withoutRealpath(bytes)])
      continue
    }
    try {
      const relocated = relocateCode(pathInVersion(path), bytes, source)
      if (relocated === undefined) {
        writer.writeFile(path, mode, [bytes])
        continue
      }
      const identifier = defaultIdentifier(posix.basename(path), bytesOf(bytes))
      if (hasIdentity(bytesOf(bytes))) emit({ kind: 'warning', text: lostIdentity(from) })
      writer.writeFile(path, mode, sealPieces(relocated.bytes, { identifier }))
      edits.push(...relocated.edits)
      code.push(relocated.macho)
    } catch (error) {
      if (!(error instanceof PyEmbedError)) throw error
      // Test data of packages, mostly. It is no code that anybody could load.
      if (!hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) throw atPath(from, error)
      const text = `\`${from}\` is a damaged Mach-O file, not signed: ${error.message}`
      emit({ kind: 'warning', text })
      writer.writeFile(path, mode, [bytes])
    }
  }
  return { edits, code }
}

function isCommand(path: string): boolean {
  return pathInVersion(path).startsWith('bin/')
}

/** A path of the framework as it is in the folder that is sealed. */
export function pathInVersion(path: string): string {
  return path.slice(versionFolder.length + 1)
}
