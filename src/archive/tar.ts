import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

import { Parser, type ReadEntry } from 'tar'

import { fromSystemError, PyEmbedError } from '../errors.ts'
import { logicalMode } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import type { Interruption } from '../process/threads.ts'
import { createInflater } from './inflate.ts'
import { createEntryPolicy, type EntryPolicy } from './policy.ts'

export interface UnpackOptions {
  /** The archive's name, for messages. */
  readonly name: string
  /** The folder at the top that is taken away, `python`. */
  readonly strip: string
  /** Folders (below the stripped top) that are left out. */
  readonly drop: readonly string[]

  readonly interruption?: Interruption
}

/** What is read at once. */
const chunkSize = 16 * 1024

const chunksPerTurn = 32

/**
 * Unpacks a `.tar.gz` file into the writer's tree in one pass and returns the sha256 of the file, which the
 * caller must compare before it trusts the tree.
 * @throws PYEMBED_ARCHIVE_CORRUPT, PYEMBED_ARCHIVE_ENTRY_REFUSED
 */
export async function unpackTarGz(
  path: string,
  writer: TreeWriter,
  options: UnpackOptions,
): Promise<string> {
  const hash = createHash('sha256')
  const unpacker = createUnpacker(writer, options)
  const buffer = Buffer.allocUnsafe(chunkSize)
  const file = openSync(path, 'r')
  try {
    for (let count = 0; ; count++) {
      if (count % chunksPerTurn === 0) await options.interruption?.pause()
      const size = readSync(file, buffer)
      if (size === 0) break
      const chunk = buffer.subarray(0, size)
      hash.update(chunk)
      unpacker.write(chunk)
    }
    unpacker.end()
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}

/** Inflates, parses and writes what it is given, in the calling thread. */
function createUnpacker(
  writer: TreeWriter,
  options: UnpackOptions,
): { write: (chunk: Buffer) => void; end: () => void } {
  const parser = new Parser({ strict: true })
  const policy = createEntryPolicy(options.name)
  let failure: unknown
  const fail = (error: unknown): void => {
    failure ??= error
  }
  parser.on('entry', (entry: ReadEntry) => {
    try {
      writeEntry(entry, writer, policy, options)
    } catch (error) {
      fail(error)
      entry.resume()
    }
  })
  // Entries of types that node-tar does not know come here instead: what is left out silently is not whole.
  parser.on('ignoredEntry', ({ path: entry, type }: ReadEntry) => {
    fail(refusal(options.name, entry, `of the type ${type}`))
  })
  parser.on('error', fail)
  const inflater = createInflater('gzip', (piece) => {
    if (failure === undefined) parser.write(piece)
  })
  const attempt = (step: () => void): void => {
    try {
      step()
    } catch (error) {
      fail(error)
    }
    if (failure !== undefined) throw describe(failure, options.name)
  }
  return {
    write: (chunk) => attempt(() => inflater.write(chunk)),
    end: () =>
      attempt(() => {
        inflater.end()
        parser.end()
      }),
  }
}

function describe(error: unknown, name: string): unknown {
  if (error instanceof PyEmbedError || fromSystemError(error) !== undefined) return error
  return new PyEmbedError(
    'PYEMBED_ARCHIVE_CORRUPT',
    `\`${name}\` cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
    {
      hint: 'Its hash is the one the lock wants, so the source publishes a damaged file: use another one',
      cause: error,
    },
  )
}

function writeEntry(
  entry: ReadEntry,
  writer: TreeWriter,
  policy: EntryPolicy,
  options: UnpackOptions,
): void {
  const refuse = (what: string): never => {
    throw refusal(options.name, entry.path, what)
  }
  const path =
    stripTop(entry.path, options.strip) ?? refuse(`which is not below \`${options.strip}/\``)
  const isDropped = options.drop.some((folder) => path === folder || path.startsWith(`${folder}/`))
  if (path === '' || isDropped || entry.type === 'Directory') {
    entry.resume()
    return
  }
  if (entry.type === 'SymbolicLink') {
    const text = entry.linkpath ?? ''
    writer.writeLink(policy.acceptLink(path, text), text)
    entry.resume()
    return
  }
  if (entry.type !== 'File' && entry.type !== 'OldFile')
    refuse(`a ${entry.type}, not a file, folder or symbolic link`)
  const mode = logicalMode(entry.mode ?? 0)
  policy.acceptFile(path)
  const file = writer.openFile(path, mode)
  entry.on('data', (chunk: Buffer) => file.write(chunk))
  entry.on('end', () => file.close())
}

function refusal(archive: string, path: string, what: string): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_ARCHIVE_ENTRY_REFUSED',
    `\`${archive}\` holds \`${path}\`, ${what}`,
    { hint: 'Nothing of it was kept. Get the archive from a source you trust' },
  )
}

/** The path below the top folder, empty for the folder itself, undefined when it stands elsewhere. */
function stripTop(path: string, top: string): string | undefined {
  const clean = path.replace(/^\.\//, '').replace(/\/+$/, '')
  if (clean === top) return ''
  return clean.startsWith(`${top}/`) ? clean.slice(top.length + 1) : undefined
}
