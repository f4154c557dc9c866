import { isatty } from 'node:tty'

/** Where output goes. stdout is data; everything else is stderr. */
export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether stderr is a terminal that can be rewritten. */
  readonly isTerminal: boolean
}

/** The process's own streams. A reader that went away (`| head -1`) ends the process quietly, as a pipe's writer does. */
export function processStreams(): Streams {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit(0)
    })
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    // `stderr.isTTY` is undefined where there is none, and picocolors then decides by itself.
    isTerminal: isatty(process.stderr.fd),
  }
}
