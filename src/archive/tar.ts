import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

import { type Growth, hasMore } from '../fs/growth.ts'
import { logicalMode } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import type { Interruption } from '../process/threads.ts'
import { InflateError } from './inflater.ts'
import { createInflater } from './inflate.ts'
import { checkSize } from './limits.ts'
import { createEntryPolicy, type PolicyOptions } from './policy.ts'
import { corrupt, refusedWhole } from './refusal.ts'
import { createTarReader, type TarEntry, type TarSink } from './tar-reader.ts'

export interface UnpackOptions extends PolicyOptions {
  readonly interruption?: Interruption
  /** Of a file that is still being written. */
  readonly growth?: Growth | undefined
}

/** What is read at once. */
const chunkSize = 16 * 1024

const chunksPerTurn = 32

/**
 * Unpacks a `.tar.gz` or `.tar.zst` file, by its name, into the writer's tree in one pass and returns the sha256 of the file, which the
 * caller must compare before it trusts the tree.
 * @throws PYEMBED_ARCHIVE_*
 */
export async function unpackTar(
  path: string,
  writer: TreeWriter,
  options: UnpackOptions,
): Promise<string> {
  const { growth, interruption } = options
  const hash = createHash('sha256')
  const unpacker = createUnpacker(writer, options)
  const buffer = Buffer.allocUnsafe(chunkSize)
  const file = openSync(path, 'r')
  let position = 0
  try {
    for (let count = 0; ; count++) {
      if (count % chunksPerTurn === 0) await interruption?.pause()
      const size = readSync(file, buffer)
      if (size === 0) {
        if (growth !== undefined && (await hasMore(growth, position))) continue
        break
      }
      position += size
      const chunk = buffer.subarray(0, size)
      hash.update(chunk)
      unpacker.write(chunk)
    }
    unpacker.end()
  } finally {
    unpacker.close()
    closeSync(file)
  }
  return hash.digest('hex')
}

export interface Unpacker {
  readonly write: (chunk: Buffer) => void
  readonly end: () => void
  /** Closes the file that is open when something fails between. */
  readonly close: () => void
}

/** Inflates, judges and writes what it is given, in the calling thread. Its functions throw PYEMBED_ARCHIVE_*. */
export function createUnpacker(writer: TreeWriter, options: UnpackOptions): Unpacker {
  const { name } = options
  const policy = createEntryPolicy(options)
  let packed = 0
  let unpacked = 0
  let open: TarSink | undefined

  const place = (entry: TarEntry): TarSink | undefined => {
    const path = policy.accept(entry)
    checkSize(name, unpacked + entry.size, Infinity)
    if (path === undefined) return undefined
    if (entry.kind === 'link') {
      writer.writeLink(path, entry.text ?? '')
      return undefined
    }
    const file = writer.openFile(path, logicalMode(entry.mode))
    open = {
      write: (piece) => file.write(piece),
      close: () => {
        open = undefined
        file.close()
      },
    }
    return open
  }
  const reader = createTarReader(name, place)
  const inflater = createInflater(name.endsWith('.zst') ? 'zstd' : 'gzip', (piece) => {
    unpacked += piece.length
    checkSize(name, unpacked, packed)
    reader.write(piece)
  })
  const attempt = (step: () => void): void => {
    try {
      step()
    } catch (error) {
      if (!(error instanceof InflateError)) throw error
      throw error.isTrailing
        ? refusedWhole('PYEMBED_ARCHIVE_TRAILING_DATA', name, 'has data after its end')
        : corrupt(name, error.message, error)
    }
  }
  return {
    write: (chunk) => {
      packed += chunk.length
      attempt(() => inflater.write(chunk))
    },
    end: () => {
      attempt(inflater.end)
      reader.end()
    },
    close: () => open?.close(),
  }
}
