import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { inject } from 'vitest'

import type { Framework } from '../../src/framework/framework.ts'
import { systemErrorCode } from '../../src/errors.ts'
import { type CliResult, runCli } from './cli.ts'
import { sharedResult } from './prefix.ts'

export const sharedIdentifier = 'org.example.workbench.python'

/** The framework of a shared prefix, made for whichever test asks first. Read only. */
export async function sharedFramework(build: string, target: string): Promise<Framework> {
  const env = inject('cliEnv')
  const output = join(dirname(env['PYEMBED_DATA_DIR'] ?? ''), 'frameworks', `${build} ${target}`)
  const result = join(output, 'result.json')
  if (isFirst(output)) {
    const { prefix } = sharedResult(build, target)
    const args = ['framework', 'create', prefix, '--output', output, '--json']
    const made = await runCli([...args, '--identifier', sharedIdentifier], { env })
    writeFileSync(`${result}.new`, JSON.stringify(made))
    renameSync(`${result}.new`, result)
  }
  while (!existsSync(result)) await sleep(100)
  const { exitCode, stdout, stderr } = JSON.parse(readFileSync(result, 'utf8')) as CliResult
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Framework
}

function isFirst(directory: string): boolean {
  mkdirSync(dirname(directory), { recursive: true })
  try {
    mkdirSync(directory)
    return true
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
    return false
  }
}
