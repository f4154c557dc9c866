import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { editMacho } from '../binary/macho/edit.ts'
import type { Macho } from '../binary/macho/macho.ts'
import { defaultIdentifier } from '../binary/macho/signature/identifier.ts'
import { sealMacho } from '../binary/macho/signature/seal.ts'
import type { Context } from '../context.ts'
import { hasErrorCode, PyEmbedError, systemErrorCode } from '../errors.ts'
import { type Inventory, isLink } from '../fs/inventory.ts'
import type { LogicalMode, TreeWriter } from '../fs/tree-writer.ts'
import { readCode } from './code.ts'
import { executableName, type FrameworkItem, versionFolder } from './layout.ts'
import { asMachoEdit, type FormerPrefix, type LoaderEdit, loaderEdits } from './loader-paths.ts'
import { unfit } from './unfit.ts'

/** The prefix that is copied, and how. */
export interface Source {
  readonly prefix: string
  readonly inventory: Inventory
  /** Where libpython is in the prefix. */
  readonly library: string
}

/** What copying has found out. */
export interface Copied {
  readonly edits: readonly LoaderEdit[]
  /** Of each Mach-O, what it says of itself. */
  readonly code: readonly Macho[]
  /** The framework's own file with its loader paths, to be sealed when all else is there. */
  readonly executable: { readonly bytes: Buffer; readonly mode: LogicalMode }
}

const filesPerTurn = 64

/**
 * Copies the files of a plan into a stage: Mach-Os with the loader paths of a framework and signed, all else as it is.
 * @throws PYEMBED_STORE_ENTRY_INVALID when a file is not what the inventory says: what was pinned is shipped, or nothing
 */
export async function copyFiles(
  { emit, signal }: Context,
  source: Source,
  items: readonly FrameworkItem[],
  writer: TreeWriter,
): Promise<Copied> {
  const edits: LoaderEdit[] = []
  const code: Macho[] = []
  let executable: Copied['executable'] | undefined
  const paths = new Set(source.inventory.keys())
  const former = { library: source.library, has: (path: string) => paths.has(path) }
  for (const [index, item] of items.entries()) {
    if (index % filesPerTurn === 0) await setImmediate()
    signal?.throwIfAborted()
    if (item.kind === 'link') continue
    const path = item.path.slice(versionFolder.length + 1)
    const bytes = readPinned(source, item.from)
    try {
      const edited = editFile(path, bytes, former)
      if (edited === undefined) {
        writer.writeFile(item.path, item.mode, [bytes])
        continue
      }
      edits.push(...edited.edits)
      code.push(edited.macho)
      if (path === executableName) executable = { bytes: edited.bytes, mode: item.mode }
      else {
        const identifier = defaultIdentifier(posix.basename(path), bytes)
        writer.writeFile(item.path, item.mode, [sealMacho(edited.bytes, { identifier })])
      }
    } catch (error) {
      if (!(error instanceof PyEmbedError)) throw error
      // Test data of packages, mostly. It is no code that anybody could load.
      if (!hasErrorCode(error, 'PYEMBED_BINARY_INVALID') || path === executableName) {
        throw atPath(item.from, error)
      }
      emit({
        kind: 'warning',
        text: `\`${item.from}\` is a damaged Mach-O file, not signed: ${error.message}`,
      })
      writer.writeFile(item.path, item.mode, [bytes])
    }
  }
  if (executable === undefined) throw unfit(source.library, 'is no library of macOS')
  return { edits, code, executable }
}

/** The file with its new loader paths; undefined when it is no code. */
function editFile(
  path: string,
  bytes: Buffer,
  former: FormerPrefix,
):
  | { readonly bytes: Buffer; readonly macho: Macho; readonly edits: readonly LoaderEdit[] }
  | undefined {
  const macho = readCode(bytes)
  if (macho === undefined) return undefined
  const edits = new Map<string, LoaderEdit>()
  const edited = editMacho(bytes, (slice) => {
    const ofSlice = loaderEdits(path, slice, former)
    for (const edit of ofSlice) edits.set(JSON.stringify(edit), edit)
    return asMachoEdit(ofSlice)
  })
  return { bytes: edited, macho, edits: [...edits.values()] }
}

function readPinned({ prefix, inventory }: Source, path: string): Buffer {
  const record = inventory.get(path)
  const bytes = readIfThere(`${prefix}/${path}`)
  const isPinned =
    record !== undefined &&
    !isLink(record) &&
    bytes !== undefined &&
    createHash('sha256').update(bytes).digest('hex') === record.sha256
  if (isPinned) return bytes
  throw new PyEmbedError(
    'PYEMBED_STORE_ENTRY_INVALID',
    `\`${path}\` is not what the inventory of \`${prefix}\` says`,
    {
      hint: 'Run `pyembed verify --repair`; a build Python is copied again when the build is configured',
    },
  )
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemErrorCode(error) ?? '')) return undefined
    throw error
  }
}

/** Readers of binaries do not know the name of what they read. */
function atPath(path: string, error: PyEmbedError): PyEmbedError {
  return new PyEmbedError(error.code, `\`${path}\`: ${error.message}`, {
    hint: error.hint,
    cause: error,
  })
}
