import pc from 'picocolors'

import { PyEmbedError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { formatJson } from '../text/json.ts'
import { createProgress } from './progress.ts'
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

export function createReporter(streams: Streams, options: ReporterOptions): Reporter {
  const colors = pc.createColors(options.isColorWanted && streams.isTerminal)
  const isLive = streams.isTerminal && options.isProgressWanted && !options.isQuiet
  const progress = isLive ? createProgress(streams.err, process.stderr.columns) : undefined
  const line = (text: string): void => {
    progress?.clear()
    streams.err(`${text}\n`)
  }
  const emit: Emit = (event) => {
    switch (event.kind) {
      case 'start':
        progress?.start(event.id, event.text)
        break
      case 'progress':
        progress?.update(event.id, event.done, event.total)
        break
      case 'end':
        progress?.end(event.id)
        if (!options.isQuiet) line(event.text)
        break
      case 'note':
        if (!options.isQuiet) line(`${colors.cyan('note')}: ${event.text}`)
        break
      case 'warning':
        line(`${colors.yellow('warning')}: ${event.text}`)
        break
      case 'detail':
        if (options.isVerbose) line(colors.dim(event.text))
        break
    }
  }
  return {
    emit,
    output: ({ json, text }) => {
      progress?.stop()
      if (options.isJson) streams.out(formatJson(json))
      else if (text !== '') streams.out(`${text}\n`)
    },
    failure: (error) => {
      progress?.stop()
      if (error instanceof PyEmbedError) {
        line(`${colors.red(`error[${error.code}]`)}: ${error.message}`)
        if (error.hint !== undefined) line(`\n${colors.cyan('hint')}: ${error.hint}`)
        if (options.isVerbose && error.cause instanceof Error)
          line(colors.dim(error.cause.stack ?? ''))
        return exitCodes.failed
      }
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
      line(
        `${colors.red('bug')}: pyembed failed in a way it does not know. Please report this:\n${stack}`,
      )
      return exitCodes.bug
    },
    stop: () => progress?.stop(),
  }
}
