import type { Readable } from 'node:stream'

import type { PyEmbedError } from '../errors.ts'
import { reasonOf } from './failure.ts'

/** The bytes of a stream; `describe` makes its errors errors of the file, and none of who reads it. */
export async function* readStream(
  stream: Readable,
  describe: (reason: string, cause: unknown) => PyEmbedError,
): AsyncIterable<Buffer> {
  try {
    yield* stream as AsyncIterable<Buffer>
  } catch (error) {
    throw describe(reasonOf(error), error)
  }
}
