import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { inject } from 'vitest'

import type { Framework } from '../../src/framework/framework.ts'
import { runCli } from './cli.ts'
import { makeOnce } from './make-once.ts'
import { sharedResult } from './prefix.ts'

export const sharedIdentifier = 'org.example.workbench.python'

/** The framework of a shared prefix, made for whichever test asks first. Read only. */
export async function sharedFramework(build: string, target: string): Promise<Framework> {
  const env = inject('cliEnv')
  const folder = join(dirname(env['PYEMBED_DATA_DIR'] ?? ''), 'frameworks', `${build} ${target}`)
  await makeOnce(folder, async (stage) => {
    const { prefix } = sharedResult(build, target)
    const args = ['framework', 'create', prefix, '--output', stage, '--json']
    const made = await runCli([...args, '--identifier', sharedIdentifier], { env })
    if (made.exitCode !== 0) throw new Error(made.stderr)
    writeFileSync(join(stage, 'made.json'), made.stdout)
  })
  const made = JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8')) as Framework
  return { ...made, framework: join(folder, 'Python.framework') }
}
