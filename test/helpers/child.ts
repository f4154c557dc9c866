import { fileURLToPath } from 'node:url'

import { execa } from 'execa'

import { cleanEnvironment } from './cli.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface ModuleOptions {
  readonly input?: unknown
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Starts a Node of its own that runs a module, for what a thread cannot do (umask, time zone, dying). The module
 * may import `./src/….ts`; `input` is its global `input`.
 */
export function startModule(code: string, { input = null, env = {} }: ModuleOptions = {}) {
  const program = `const input = ${JSON.stringify(input)};\n${code}`
  return execa(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    cwd: root,
    env: { ...cleanEnvironment(), ...env },
    extendEnv: false,
    reject: false,
  })
}

/** Runs such a module to its end and returns what it printed. */
export async function runModule(code: string, options?: ModuleOptions): Promise<string> {
  const { failed, stdout, stderr } = await startModule(code, options)
  if (failed) throw new Error(stderr)
  return stdout
}
