import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'

import { cleanEnvironment } from './cli.ts'
import { makeOnce, toolsDirectory } from './make-once.ts'
import type { InstalledApp } from './venv.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const warnings = '-Wall -Wextra -Werror'

/** How the program in runtime/test is built. */
const variants = {
  gcc: [`-DCMAKE_CXX_COMPILER=g++`, `-DCMAKE_CXX_FLAGS=${warnings}`, '-DCMAKE_BUILD_TYPE=Release'],
  clang: ['-DCMAKE_CXX_COMPILER=clang++', `-DCMAKE_CXX_FLAGS=${warnings}`],
  addresses: [
    '-DCMAKE_CXX_COMPILER=g++',
    `-DCMAKE_CXX_FLAGS=${warnings} -O0 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all`,
  ],
  threads: ['-DCMAKE_CXX_COMPILER=g++', `-DCMAKE_CXX_FLAGS=${warnings} -O0 -g1 -fsanitize=thread`],
  windows: [
    '-DCMAKE_SYSTEM_NAME=Windows',
    '-DCMAKE_CXX_COMPILER=x86_64-w64-mingw32-g++-posix',
    `-DCMAKE_CXX_FLAGS=${warnings} -O1`,
    '-DCMAKE_EXE_LINKER_FLAGS=-static',
  ],
  aarch64: [
    '-DCMAKE_SYSTEM_NAME=Linux',
    '-DCMAKE_SYSTEM_PROCESSOR=aarch64',
    '-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++',
    `-DCMAKE_CXX_FLAGS=${warnings} -O1`,
  ],
} as const

export type Variant = keyof typeof variants

/** Builds runtime/test/venv_tool, or finds that of the same sources. @returns its path */
export async function buildVenvTool(variant: Variant): Promise<string> {
  const suffix = variant === 'windows' ? '.exe' : ''
  const flags = variants[variant]
  const folder = `venv-tool-${variant}-${digestSources(flags)}`
  const directory = await makeOnce(join(toolsDirectory(), folder), async (stage) => {
    const options = { env: cleanEnvironment(), extendEnv: false } as const
    const source = join(root, 'runtime', 'test')
    await execa('cmake', ['-S', source, '-B', stage, '-G', 'Ninja', ...flags], options)
    await execa('cmake', ['--build', stage], options)
  })
  return join(directory, `venv_tool${suffix}`)
}

function digestSources(flags: readonly string[]): string {
  const hash = createHash('sha256').update(flags.join('\n'))
  for (const folder of ['runtime', 'python']) {
    for (const name of readdirSync(join(root, folder), {
      recursive: true,
      encoding: 'utf8',
    }).sort()) {
      const path = join(root, folder, name)
      if (/\.(?:[ch]pp|txt|in|py)$/.test(name)) hash.update(name).update(readFileSync(path))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

export interface ToolResult {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
  readonly json: <T = Record<string, unknown>>() => T
}

/** What an app does with the runtime: `VERB ARGUMENTS…` of runtime/test/main.cpp. */
export type RunTool = (...args: readonly string[]) => Promise<ToolResult>

export interface ToolOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What runs it, such as strace. */
  readonly under?: readonly string[]
  readonly input?: string
  readonly cwd?: string
}

/** Makes the executable of an app one that uses the runtime. */
export function useTool(app: InstalledApp, tool: string, options: ToolOptions = {}): RunTool {
  const program = join(app.path, basename(app.executable))
  rmSync(program, { force: true })
  copyFileSync(tool, program)
  const cwd = dirname(app.path)
  return (...args) =>
    runTool(program, args, { cwd, ...options, env: { ...app.env, ...options.env } })
}

export async function runTool(
  program: string,
  args: readonly string[],
  { env = {}, under = [], input, cwd = '/' }: ToolOptions = {},
): Promise<ToolResult> {
  const [first = '', ...rest] = [...under, program, ...args]
  const { exitCode, stdout, stderr, signal } = await execa(first, rest, {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    extendEnv: false,
    reject: false,
    ...(input === undefined ? {} : { input }),
  })
  return {
    exitCode,
    signal,
    stdout,
    stderr,
    json: <T>() => {
      if (stdout === '') throw new Error(`no output: ${stderr}`)
      return JSON.parse(stdout) as T
    },
  }
}
