import zlib from 'node:zlib'

import { Decompress } from 'fzstd'
import { ZstdDecompress } from 'minizlib'

import { InflateError, type Inflater } from './inflater.ts'
import { createFrameReader } from './zstd-frames.ts'

/** Unpacks one frame. */
interface FrameDecoder {
  /** @returns what came of it */
  readonly write: (piece: Buffer) => readonly Buffer[]
  readonly end: () => readonly Buffer[]
}

/**
 * By whom it is unpacked: `native` from Node 22.15 on. `fzstd` moves its whole window for each block of 128 KiB, so it
 * takes half a minute for 70 MB behind a window of 128 MiB, and a second behind one of 2 MiB.
 */
export type ZstdEngine = 'native' | 'fzstd'

export function zstdEngine(): ZstdEngine {
  return 'createZstdDecompress' in zlib ? 'native' : 'fzstd'
}

/** Unpacks Zstandard in the calling thread, see `createInflater`. Checksums of frames are checked by `native` only. */
export function createZstdInflater(
  give: (piece: Buffer) => void,
  engine: ZstdEngine = zstdEngine(),
): Inflater {
  let decoder: FrameDecoder | undefined
  const attempt = (step: () => readonly Buffer[] | undefined): void => {
    let pieces: readonly Buffer[] | undefined
    try {
      pieces = step()
    } catch (error) {
      // fzstd throws whatever comes of damaged data.
      const reason = error instanceof Error ? error.message : String(error)
      throw new InflateError(reason, false, error)
    }
    pieces?.forEach(give)
  }
  return createFrameReader({
    start: () => {
      decoder = engine === 'native' ? createNativeDecoder() : createPortableDecoder()
    },
    write: (piece) => attempt(() => decoder?.write(piece)),
    end: () => attempt(() => decoder?.end()),
  })
}

function createNativeDecoder(): FrameDecoder {
  const options: object = { chunkSize: 128 * 1024 }
  const stream = new ZstdDecompress(options)
  let failure: unknown
  let pieces: Buffer[] = []
  stream.on('error', (error: unknown) => {
    failure ??= error
  })
  stream.on('data', (piece) => void pieces.push(piece))
  const collect = (): readonly Buffer[] => {
    if (failure !== undefined) throw failure
    const collected = pieces
    pieces = []
    return collected
  }
  return {
    write: (piece) => {
      stream.write(piece)
      return collect()
    },
    end: () => {
      stream.end()
      return collect()
    },
  }
}

function createPortableDecoder(): FrameDecoder {
  let pieces: Buffer[] = []
  const decoder = new Decompress((data) => {
    if (data.length > 0) pieces.push(Buffer.from(data.buffer, data.byteOffset, data.length))
  })
  const push = (piece: Uint8Array, isFinal: boolean): readonly Buffer[] => {
    decoder.push(piece, isFinal)
    const collected = pieces
    pieces = []
    return collected
  }
  return {
    // It keeps what it is given.
    write: (piece) => push(Uint8Array.prototype.slice.call(piece), false),
    end: () => push(new Uint8Array(), true),
  }
}
