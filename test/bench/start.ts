import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { cliPath } from '../helpers/cli.ts'
import { benchEnvironment } from './measure.ts'
import { summarize, type Summary } from './statistics.ts'

const rounds = 9
const startsPerRound = 10

/** A command of pyembed that is quick; `isNumbered`: its last argument differs from start to start. */
export interface QuickCommand {
  readonly name: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly isNumbered?: boolean
}

/** What is quick in a project that is in sync. */
export function makeQuickCommands(
  cwd: string,
  env: Readonly<Record<string, string>>,
): readonly QuickCommand[] {
  return [
    { name: 'pyembed --version', args: ['--version'], cwd, env },
    { name: 'pyembed cmake --dir', args: ['cmake', '--dir'], cwd, env },
    { name: 'no-op pyembed sync', args: ['sync'], cwd, env },
  ]
}

/** Milliseconds of cpu above that of a node that does nothing, started in the same round. */
export function measureStarts(
  root: string,
  commands: readonly QuickCommand[],
): readonly { readonly name: string; readonly cpuMs: Summary }[] {
  const empty = join(root, 'empty.mjs')
  writeFileSync(empty, '')
  const samples = commands.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    const bare = cpuOfStarts([process.execPath, empty], root, {})
    for (const [index, { args, cwd, env, isNumbered = false }] of commands.entries()) {
      const call = [process.execPath, cliPath, ...args]
      const ms = cpuOfStarts(call, cwd, env, isNumbered ? `${round}-` : undefined)
      samples[index]?.push(ms - bare)
    }
  }
  return commands.map(({ name }, index) => ({ name, cpuMs: summarize(samples[index] ?? []) }))
}

/**
 * Mean cpu milliseconds of a start, from bash's `times`, which counts what its children used. `suffix`: ends the last
 * argument, with the number of the start.
 */
export function cpuOfStarts(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  suffix?: string,
): number {
  const call = suffix === undefined ? '"$@"' : `"$@${suffix}$i"`
  const script = `for i in $(seq ${startsPerRound}); do ${call} >/dev/null 2>&1 || exit 1; done; times`
  const result = spawnSync('bash', ['-c', script, 'bash', ...command], {
    cwd,
    env: { ...benchEnvironment(), ...env },
    encoding: 'utf8',
  })
  const [user = '', system = ''] = result.stdout.trim().split('\n').at(-1)?.split(' ') ?? []
  if (result.status !== 0) throw new Error(`start of ${command.join(' ')} failed: ${result.stderr}`)
  return ((parseTime(user) + parseTime(system)) * 1000) / startsPerRound
}

function parseTime(text: string): number {
  const match = /^(\d+)m([\d.]+)s$/.exec(text)
  return Number(match?.[1]) * 60 + Number(match?.[2])
}
