import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'

import { cleanEnvironment, runCli } from './cli.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))

/** Copies an example to `directory`, for another Python when asked. */
export function copyExample(
  name: string,
  directory: string,
  python?: { version: string; build: string },
): void {
  cpSync(join(examples, name), directory, { recursive: true })
  if (python !== undefined)
    editManifest(
      directory,
      /^version = .*$/m,
      `version = "${python.version}"\nbuild = "${python.build}"`,
    )
}

export function editManifest(directory: string, pattern: RegExp, replacement: string): void {
  const path = join(directory, 'pyembed.toml')
  const text = readFileSync(path, 'utf8')
  if (!pattern.test(text)) throw new Error(`the manifest has no ${String(pattern)}`)
  writeFileSync(
    path,
    text.replace(pattern, () => replacement),
  )
}

export async function sync(
  directory: string,
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<void> {
  const { exitCode, stderr } = await runCli(['sync', ...args], { cwd: directory, env })
  if (exitCode !== 0) throw new Error(stderr)
}

/** Runs a program in `cwd` and returns what it printed. @throws with all it printed when it fails */
export async function runIn(
  cwd: string,
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const [program = '', ...args] = command
  const { stdout, stderr } = await execa(program, args, {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    extendEnv: false,
  })
  return `${stdout}\n${stderr}`
}

/** Configures and builds with Ninja. */
export async function build(directory: string, ...args: string[]): Promise<string> {
  const configured = await runIn(directory, [
    'cmake',
    '-S',
    '.',
    '-B',
    'build',
    '-G',
    'Ninja',
    ...args,
  ])
  return configured + (await runIn(directory, ['cmake', '--build', 'build']))
}
