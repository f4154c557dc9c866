import { Gunzip, InflateRaw, ZlibError } from 'minizlib'

export interface Inflater {
  /** @throws an error of {@link isInflateError}, and what `give` throws */
  readonly write: (chunk: Buffer) => void
  /** @throws the same when the data is not complete */
  readonly end: () => void
}

/** What is inflated at once; with the chunk it comes from it fits the processor's cache (docs/performance.md). */
const pieceSize = 64 * 1024

/**
 * Inflates piece by piece in the calling thread: node's own streams inflate in another one, and handing each piece
 * over costs more than is won. A piece belongs to whom it is given to.
 */
export function createInflater(format: 'gzip' | 'raw', give: (piece: Buffer) => void): Inflater {
  const options: object = { chunkSize: pieceSize }
  const stream = format === 'gzip' ? new Gunzip(options) : new InflateRaw(options)
  let failure: unknown
  stream.on('error', (error: unknown) => {
    failure ??= error
  })
  stream.on('data', give)
  const check = (): void => {
    if (failure !== undefined) throw failure
  }
  return {
    write: (chunk) => {
      stream.write(chunk)
      check()
    },
    end: () => {
      stream.end()
      check()
    },
  }
}

/** Whether the data is to blame. */
export function isInflateError(error: unknown): boolean {
  return error instanceof ZlibError
}
