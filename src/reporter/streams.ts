import { writeSync } from 'node:fs'

import { PyEmbedError, systemErrorCode } from '../errors.ts'

/** Where output goes. stdout is data; everything else is stderr. */
export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether stderr is a terminal that can be rewritten. */
  readonly isTerminal: () => boolean
}

/**
 * The process's own streams, by file descriptor: `process.stdout` would load all of Node's streams, 2 ms of a
 * start. When the reader went away (`| head -1`), what is written is lost, and the command goes on: its exit code is
 * that of what it found.
 */
export function processStreams(): Streams {
  return {
    out: (text) => writeAll(1, text),
    err: (text) => writeAll(2, text),
    // Node leaves it undefined where there is no terminal, whatever its types say.
    // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare
    isTerminal: () => process.stderr.isTTY === true,
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done)
    } catch (error) {
      const code = systemErrorCode(error)
      if (code === 'EPIPE' || code === 'EOF') return
      if (code !== 'EAGAIN') throw notWritten(descriptor, error)
      // A pipe that another process made non-blocking is full: its reader needs a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

/** What standard output is led to is full, or fails: nothing that pyembed itself can make room in. */
function notWritten(descriptor: number, error: unknown): unknown {
  if (descriptor !== 1 || !(error instanceof Error)) return error
  return new PyEmbedError(
    'PYEMBED_FILE_SYSTEM',
    `standard output cannot be written: ${error.message}`,
    {
      hint: 'What the command does is done, only what it prints is lost: look at what that is redirected to',
      cause: error,
    },
  )
}
