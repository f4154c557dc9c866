import { Gunzip, InflateRaw, ZlibError } from 'minizlib'

import { InflateError, type Inflater } from './inflater.ts'
import { createZstdInflater } from './zstd.ts'

export type Compression = 'gzip' | 'zstd' | 'raw'

/** What is inflated at once; with the chunk it comes from it fits the processor's cache (docs/performance.md). */
const pieceSize = 64 * 1024

/**
 * Inflates piece by piece in the calling thread: node's own streams inflate in another one, and handing each piece
 * over costs more than is won. A piece belongs to whom it is given to.
 */
export function createInflater(format: Compression, give: (piece: Buffer) => void): Inflater {
  if (format === 'zstd') return createZstdInflater(give)
  const options: object = { chunkSize: pieceSize }
  const stream = format === 'gzip' ? new Gunzip(options) : new InflateRaw(options)
  let failure: unknown
  let isStarted = false
  stream.on('error', (error: unknown) => {
    failure ??= error
  })
  stream.on('data', give)
  const check = (): void => {
    if (failure instanceof ZlibError) {
      // Behind a member of gzip zlib looks for another one.
      const isTrailing = isStarted && failure.message.includes('incorrect header check')
      throw new InflateError(failure.message, isTrailing, failure)
    }
    if (failure !== undefined) throw failure
  }
  return {
    write: (chunk) => {
      isStarted ||= format === 'gzip' && chunk[0] === 0x1f && chunk[1] === 0x8b
      stream.write(chunk)
      check()
      const { bytesWritten } = stream.handle as unknown as { readonly bytesWritten: number }
      if (format === 'gzip' && bytesWritten < chunk.length)
        throw new InflateError('there is data after its end', true)
    },
    end: () => {
      stream.end()
      check()
    },
  }
}
