import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'

/** The built command line, as users run it. */
export const cliPath = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url))

export interface CliResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** `stdout` of a command run with `--json`. */
  readonly json: <T>() => T
}

export interface CliOptions {
  readonly cwd?: string
  /** Added to an environment that holds nothing of pyembed's and no `CI`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Runs `pyembed ARGS…` from dist/. */
export async function runCli(
  args: readonly string[],
  { cwd, env }: CliOptions = {},
): Promise<CliResult> {
  if (!existsSync(cliPath)) throw new Error('dist/ is missing: run `npm run build`')
  const result = await execa(process.execPath, [cliPath, ...args], {
    env: { ...cleanEnvironment(), ...env },
    extendEnv: false,
    reject: false,
    ...(cwd === undefined ? {} : { cwd }),
  })
  return {
    exitCode: result.exitCode ?? -1,
    stdout: result.stdout,
    stderr: result.stderr,
    json: <T>() => JSON.parse(result.stdout) as T,
  }
}

/** This process's environment without what would steer pyembed or a Python. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const steering = /^(?:PYEMBED_|PYTHON|VIRTUAL_ENV$|CONDA|CI$|VITEST|NODE_OPTIONS$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !steering.test(name)))
}
