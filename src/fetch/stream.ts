import { once } from 'node:events'
import type { Readable } from 'node:stream'

import type { PyEmbedError } from '../errors.ts'
import { reasonOf } from './failure.ts'

export interface ByteReader {
  /** The bytes, once, in pieces of all that came meanwhile; `describe` makes an error of the stream an error of the file. */
  readonly read: (
    describe: (reason: string, cause: unknown) => PyEmbedError,
  ) => AsyncIterable<Buffer>
  /** For who does not read to the end. */
  readonly close: () => void
}

/** More than a disk lags behind a network. */
const mostQueued = 4 * 1024 * 1024

/**
 * Reads a stream from now on, so that all that came before an error is given before it: a stream drops what it still
 * holds then, which would have to be fetched again.
 */
export function startReading(stream: Readable): ByteReader {
  let queue: Buffer[] = []
  let queued = 0
  let failure: unknown
  const news = new EventTarget()
  const wake = (): void => void news.dispatchEvent(new Event('news'))
  stream.on('error', (error) => {
    failure = error
  })
  stream.on('data', (chunk: Buffer) => {
    queue.push(chunk)
    queued += chunk.length
    if (queued > mostQueued) stream.pause()
    wake()
  })
  stream.on('close', wake)
  const close = (): void => void stream.destroy()
  return {
    close,
    async *read(describe) {
      try {
        while (queue.length > 0 || !stream.closed) {
          if (queue.length === 0) {
            await once(news, 'news')
            continue
          }
          const piece = Buffer.concat(queue)
          queue = []
          queued = 0
          stream.resume()
          yield piece
        }
        if (!stream.readableEnded) throw describe(reasonOf(failure ?? 'it was closed'), failure)
      } finally {
        close()
      }
    },
  }
}
