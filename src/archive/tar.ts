import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

import { Parser, type ReadEntry } from 'tar'

import { fromSystemError, PyEmbedError } from '../errors.ts'
import { logicalMode } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { createEntryPolicy, type EntryPolicy } from './policy.ts'

export interface UnpackOptions {
  /** The archive's name, for messages. */
  readonly name: string
  /** The folder at the top that is taken away, `python`. */
  readonly strip: string
  /** Folders (below the stripped top) that are left out. */
  readonly drop: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** zlib's default of 16 KiB makes gunzip 2.7 times slower (docs/performance.md). */
const chunkSize = 1024 * 1024

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
  const parser = new Parser({ strict: true })
  const policy = createEntryPolicy(options.name)
  let failure: unknown

  parser.on('entry', (entry: ReadEntry) => {
    try {
      writeEntry(entry, writer, policy, options)
    } catch (error) {
      failure ??= error
      entry.resume()
    }
  })
  // Entries of types that node-tar does not know come here instead: what is left out silently is not whole.
  parser.on('ignoredEntry', ({ path: entry, type }: ReadEntry) => {
    failure ??= refusal(options.name, entry, `of the type ${type}`)
  })
  parser.on('error', (error: unknown) => {
    failure ??= error
  })
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: chunkSize }),
      async function* hashed(chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk)
          yield chunk
        }
      },
      createGunzip({ chunkSize }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          parser.write(chunk)
          if (failure !== undefined) throw failure
          await writer.drain()
        }
        parser.end()
      },
      { signal: options.signal },
    )
    if (failure !== undefined) throw failure
  } catch (error) {
    const isOurs = error instanceof PyEmbedError || fromSystemError(error) !== undefined
    if (isOurs || options.signal?.aborted === true) throw error
    throw new PyEmbedError(
      'PYEMBED_ARCHIVE_CORRUPT',
      `\`${options.name}\` cannot be unpacked: ${reasonOf(error)}`,
      {
        hint: 'Its hash is the one the lock wants, so the source publishes a damaged file: use another one',
        cause: error,
      },
    )
  }
  return hash.digest('hex')
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
