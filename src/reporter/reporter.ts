import { styleText } from 'node:util'

import { fromSystemError, PyEmbedError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { formatJson } from '../text/json.ts'
import { createProgress, type Progress } from './progress.ts'
import type { Streams } from './streams.ts'

/** What a command hands over: data for `--json`, and the same for people. */
export interface Output {
  readonly json: unknown
  /** Without a newline at the end; empty prints nothing. */
  readonly text: string
  /** Default 0. */
  readonly exitCode?: number
}

export interface ReporterOptions {
  readonly isJson: boolean
  readonly isQuiet: boolean
  readonly isVerbose: boolean
  readonly isProgressWanted: boolean
  readonly isColorWanted: boolean
}

/** The only place of pyembed that writes. */
export interface Reporter {
  readonly emit: Emit
  readonly output: (output: Output) => void
  /** Prints what stopped the command and returns the exit code: 1 for a failure, 70 for a bug. */
  readonly failure: (error: unknown) => number
  readonly stop: () => void
}

export const exitCodes = { ok: 0, failed: 1, usage: 2, bug: 70, interrupted: 130 } as const

/** What makes stderr pleasant, if it is a terminal. */
interface Screen {
  readonly paint: (color: 'cyan' | 'dim' | 'red' | 'yellow', text: string) => string
  readonly progress: Progress | undefined
}

function openScreen(streams: Streams, options: ReporterOptions): Screen {
  const isTerminal = streams.isTerminal()
  const isLive = isTerminal && options.isProgressWanted && !options.isQuiet
  return {
    paint: (color, text) =>
      options.isColorWanted && isTerminal
        ? styleText(color, text, { validateStream: false })
        : text,
    progress: isLive ? createProgress(streams.err, process.stderr.columns) : undefined,
  }
}

export function createReporter(streams: Streams, options: ReporterOptions): Reporter {
  // Opened at the first event: a command that only prints its result does not pay for stderr.
  let opened: Screen | undefined
  const screen = (): Screen => (opened ??= openScreen(streams, options))
  const stop = (): void => opened?.progress?.stop()
  const line = (text: string): void => {
    screen().progress?.clear()
    streams.err(`${text}\n`)
  }
  const emit: Emit = (event) => {
    switch (event.kind) {
      case 'start':
        screen().progress?.start(event.id, event.text)
        break
      case 'progress':
        screen().progress?.update(event.id, event.done, event.total)
        break
      case 'end':
        screen().progress?.end(event.id)
        if (!options.isQuiet) line(event.text)
        break
      case 'note':
        if (!options.isQuiet) line(`${screen().paint('cyan', 'note')}: ${event.text}`)
        break
      case 'warning':
        line(`${screen().paint('yellow', 'warning')}: ${event.text}`)
        break
      case 'detail':
        if (options.isVerbose) line(screen().paint('dim', event.text))
        break
    }
  }
  return {
    emit,
    // Only what is asked for is looked at: commands may make it then.
    output: (output) => {
      stop()
      if (options.isJson) return streams.out(formatJson(output.json))
      const { text } = output
      if (text !== '') streams.out(`${text}\n`)
    },
    failure: (thrown) => {
      stop()
      const error = fromSystemError(thrown) ?? thrown
      if (error instanceof PyEmbedError) {
        line(`${screen().paint('red', `error[${error.code}]`)}: ${error.message}`)
        if (error.hint !== undefined) line(`\n${screen().paint('cyan', 'hint')}: ${error.hint}`)
        if (options.isVerbose && error.cause instanceof Error)
          line(screen().paint('dim', error.cause.stack ?? ''))
        return exitCodes.failed
      }
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
      line(
        `${screen().paint('red', 'bug')}: pyembed failed in a way it does not know. Please report this:\n${stack}`,
      )
      return exitCodes.bug
    },
    stop,
  }
}
