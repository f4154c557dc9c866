#!/usr/bin/env node
import { CommanderError } from 'commander'

import { createProgram } from './commands/table.ts'
import type { Run } from './commands/command.ts'
import type { CommonFlags } from './commands/options.ts'
import { readEnvironment } from './env.ts'
import { hasErrorCode } from './errors.ts'
import { createReporter, exitCodes } from './reporter/reporter.ts'
import { processStreams, type Streams } from './reporter/streams.ts'

const streams = processStreams()
void main(helpAsFlag(process.argv.slice(2)), streams).then(
  (exitCode) => (process.exitCode = exitCode),
)

/** Commander's `help` knows one level of verbs. */
function helpAsFlag(args: readonly string[]): readonly string[] {
  const [first, ...verbs] = args
  return first === 'help' ? [...verbs, '--help'] : args
}

async function main(args: readonly string[], output: Streams): Promise<number> {
  let exitCode: number = exitCodes.ok
  const program = createProgram(args, output, async (load, flags) => {
    exitCode = await runCommand(load, flags, output)
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  }
}

async function runCommand<Flags extends CommonFlags>(
  load: () => Promise<Run<Flags>>,
  flags: Flags,
  output: Streams,
): Promise<number> {
  const env = readEnvironment(undefined, { isOffline: flags.offline })
  const reporter = createReporter(output, {
    isJson: flags.json === true,
    isQuiet: flags.quiet === true,
    isVerbose: flags.verbose === true,
    isProgressWanted: env.isProgressWanted && !env.isCi,
    isColorWanted: env.isColorWanted,
  })
  const interruption = new AbortController()
  // Not `once`: with no listener left, those of execa end the process before it has tidied up.
  const interrupt = (signal: NodeJS.Signals): void => {
    if (!interruption.signal.aborted) return interruption.abort()
    ignore()
    process.kill(process.pid, signal)
  }
  const ignore = (): void => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    const run = await load()
    const result = await run({ env, emit: reporter.emit, signal: interruption.signal }, flags)
    reporter.output(result)
    return result.exitCode ?? exitCodes.ok
  } catch (error) {
    if (interruption.signal.aborted) {
      reporter.stop()
      return exitCodes.interrupted
    }
    const exitCode = reporter.failure(error)
    return hasErrorCode(error, 'PYEMBED_USAGE') ? exitCodes.usage : exitCode
  } finally {
    ignore()
  }
}
