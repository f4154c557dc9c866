import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

import { inject } from 'vitest'

import { type CliResult, runCli } from './cli.ts'
import { linux } from './project.ts'
import { sharedResult } from './prefix.ts'

/** What the venv commands print with `--json`. */
export interface VenvJson {
  readonly app: string
  readonly key: string
  readonly name: string
  readonly path: string
  readonly python: string
  readonly created: boolean
}

export interface ListedJson extends VenvJson {
  readonly appExists: boolean
  readonly state: string
  readonly packages: readonly { readonly name: string; readonly version: string }[]
  readonly sizeBytes: number
  readonly lastUsed: string
}

/** An app that was installed somewhere, with a data directory of its own. */
export interface InstalledApp {
  readonly path: string
  readonly executable: string
  readonly dataHome: string
  readonly prefix: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** `pyembed venv ARGS… --app <this>` */
  readonly venv: (...args: readonly string[]) => Promise<CliResult>
  /** Makes one; `--inherit none` and the like follow its name. */
  readonly create: (...args: readonly string[]) => Promise<VenvJson>
  /** All environments of its data directory. */
  readonly list: () => Promise<readonly ListedJson[]>
}

export interface AppParts {
  readonly name?: string
  readonly id?: string
  readonly version: string
  readonly build: string
  readonly dataHome?: string
}

/**
 * Installs an app: an executable, `pyembed-app.json`, and a Python, which is a link to one beside the app: made of hard
 * links, for those who run it by hand write byte code into it.
 */
export function installApp(path: string, parts: AppParts): InstalledApp {
  const { pinId } = sharedResult(parts.build, linux)
  mkdirSync(path, { recursive: true })
  const prefix = join(dirname(path), `python-${parts.build}`)
  if (!existsSync(prefix)) execFileSync('cp', ['-al', inject('shipped')[parts.build] ?? '', prefix])
  symlinkSync(prefix, join(path, 'python'))
  const executable = join(path, 'workbench')
  writeFileSync(executable, '#!/bin/sh\n', { mode: 0o755 })
  const { name = 'Workbench', id, version } = parts
  const described = { name, ...(id === undefined ? {} : { id }), prefix: 'python', version, pinId }
  writeFileSync(join(path, 'pyembed-app.json'), JSON.stringify(described))
  return openApp(path, parts.dataHome ?? join(path, '..', `${basename(path)} data`), prefix)
}

/** What an app is shipped with: an executable, `pyembed-app.json`, and a Python. @returns its executable */
export function describeApp(
  path: string,
  { prefix, ...parts }: { version: string; pinId: string; id?: string; prefix?: string },
  program: string,
): string {
  mkdirSync(path, { recursive: true })
  if (prefix !== undefined) symlinkSync(prefix, join(path, 'python'))
  const executable = join(path, `workbench${extname(program)}`)
  copyFileSync(program, executable)
  const described = { name: 'Workbench', prefix: 'python', ...parts }
  writeFileSync(join(path, 'pyembed-app.json'), JSON.stringify(described))
  return executable
}

/** An app that is there, such as one that was moved. */
export function openApp(path: string, dataHome: string, prefix: string): InstalledApp {
  const executable = join(path, 'workbench')
  const env = { ...inject('cliEnv'), XDG_DATA_HOME: dataHome }
  const run = (args: readonly string[]): Promise<CliResult> =>
    runCli(args, { env, cwd: dirname(path) })
  return {
    path,
    executable,
    dataHome,
    prefix,
    env,
    // First, for what follows `--` is not of pyembed.
    venv: (verb = '', ...rest) => run(['venv', verb, '--app', executable, ...rest]),
    create: async (...args) => {
      const { exitCode, stderr, json } = await run([
        'venv',
        'create',
        '--app',
        executable,
        '--json',
        ...args,
      ])
      if (exitCode !== 0) throw new Error(stderr)
      return json<VenvJson>()
    },
    list: async () => (await run(['venv', 'list', '--json'])).json<ListedJson[]>(),
  }
}

/** What is in the folder of an app, given one of its environments, and is none. */
export function hidden(venv: string): readonly string[] {
  return readdirSync(dirname(venv)).filter(
    (name) => name.startsWith('.') && !name.endsWith('.lock'),
  )
}

/** What a process of another host writes that installs into an environment. */
export const farAwayHolder = {
  boot: 'b',
  host: 'far-away',
  namespace: 'n',
  pid: 7,
  program: 'workbench',
  purpose: 'install',
}

/** The code of the error that a command ended with. */
export function codeIn(stderr: string): string | undefined {
  return /error\[(\w+)\]/.exec(stderr)?.[1]
}

/** Installs the package of {@link makeWheel} from a folder. */
export function addDemo({ venv }: InstalledApp, name: string, wheels: string): Promise<CliResult> {
  return venv('install', name, '--offline', '--find-links', wheels, '--', 'demo')
}

/** `1` and the prefix of the base, when that package can be imported; else what is said instead. */
export async function importDemo({ venv }: InstalledApp, name: string): Promise<string> {
  const program = 'import demo, sys; print(demo.value, sys.base_prefix)'
  const { stdout, stderr } = await venv('run', name, '--', 'python', '-c', program)
  return stdout + stderr
}
