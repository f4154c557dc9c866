import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { cleanEnvironment, cliPath } from '../helpers/cli.ts'
import { summarize } from './statistics.ts'

const rounds = 9
const startsPerRound = 10

/** Cpu time of the quick commands above that of a node that does nothing. */
export async function measureStart(
  project: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly { name: string; cpuMs: number }[]> {
  const empty = join(project, 'empty.mjs')
  writeFileSync(empty, '')
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ['bare node', [empty]],
    ['pyembed --version', [cliPath, '--version']],
    ['pyembed cmake --dir', [cliPath, 'cmake', '--dir']],
    ['no-op pyembed sync', [cliPath, 'sync']],
  ]
  const samples = new Map<string, number[]>(commands.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, args] of commands) {
      const cpuMs = cpuOfStarts([process.execPath, ...args], project, env)
      samples.get(name)?.push(cpuMs)
    }
  }
  const median = (name: string): number => summarize(samples.get(name) ?? []).median
  return commands.slice(1).map(([name]) => ({ name, cpuMs: median(name) - median('bare node') }))
}

/**
 * Mean cpu milliseconds of a start, from bash's `times`, which counts what its children used. `isNumbered`: the last
 * argument differs from start to start.
 */
export function cpuOfStarts(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  isNumbered = false,
): number {
  const call = isNumbered ? '"$@$i"' : '"$@"'
  const script = `for i in $(seq ${startsPerRound}); do ${call} >/dev/null 2>&1 || exit 1; done; times`
  const { NODE_EXTRA_CA_CERTS: _, ...clean } = cleanEnvironment()
  const result = spawnSync('bash', ['-c', script, 'bash', ...command], {
    cwd,
    env: { ...clean, ...env },
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
