import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { execa } from 'execa'

import type { Lock } from '../../src/lock/lock.ts'
import { readEntry } from '../../src/store/entry.ts'
import { verifyEntry } from '../../src/store/verify.ts'
import { cleanEnvironment, cliPath } from './cli.ts'
import { writeManifest } from './project.ts'

/** A project with a cache and a store of its own, for faults to be let loose on. */
export interface Sandbox {
  readonly root: string
  readonly project: string
  readonly cache: string
  readonly data: string
  /** The whole environment of pyembed there; its pip knows the wheels of the project and no index. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * What a sandbox starts with: nothing; the wheels, and those unpacked; the downloads, and nothing unpacked; all that
 * `fetch` leaves.
 */
export const cacheStates = ['cold', 'wheels', 'downloaded', 'fetched'] as const
export type CacheState = (typeof cacheStates)[number]

export interface SandboxOptions {
  readonly state?: CacheState
  /** Default true. */
  readonly hasLock?: boolean
}

/** What sandboxes are made from: a project that was synced once. */
export interface SandboxTemplate {
  readonly root: string
  readonly make: (root: string, options?: SandboxOptions) => Sandbox
}

const timeout = 120_000

function describeSandbox(root: string, env: Sandbox['env']): Sandbox {
  const [project, cache, data] = [join(root, 'project'), join(root, 'cache'), join(root, 'data')]
  return {
    root,
    project,
    cache,
    data,
    env: {
      ...cleanEnvironment(),
      ...env,
      PYEMBED_CACHE_DIR: cache,
      PYEMBED_DATA_DIR: data,
      TMPDIR: root,
    },
  }
}

/** Syncs a project below `root`, for {@link openTemplate}. */
export async function syncTemplate(root: string, mirror: string): Promise<void> {
  mkdirSync(root, { recursive: true })
  const template = describeSandbox(root, { PYEMBED_PYTHON_MIRROR: mirror })
  writeManifest(template.project)
  const { exitCode, stderr } = await runIn(template, ['sync', '--all-targets'])
  if (exitCode !== 0) throw new Error(stderr)
  for (const { wheel, sha256 } of wheelsOf(template))
    cpSync(join(template.cache, 'downloads', sha256), join(root, 'wheels', wheel))
}

function wheelsOf({ project }: Sandbox): readonly { wheel: string; sha256: string }[] {
  const lock = JSON.parse(readFileSync(join(project, 'pyembed.lock'), 'utf8')) as Lock
  return Object.values(lock.targets).flatMap(({ packages }) => packages)
}

/** What {@link syncTemplate} left. Its sandboxes must be on its file system, and leave it alone. */
export function openTemplate(root: string, mirror: string): SandboxTemplate {
  const env = { PYEMBED_PYTHON_MIRROR: mirror }
  const template = describeSandbox(root, env)
  const wheels = wheelsOf(template)

  const kept: Readonly<Record<CacheState, (path: string) => boolean>> = {
    cold: () => false,
    wheels: (path) => wheels.some(({ sha256 }) => basename(path).startsWith(sha256)),
    downloaded: (path) => !path.startsWith('unpacked/'),
    fetched: () => true,
  }
  const make: SandboxTemplate['make'] = (directory, { state = 'cold', hasLock = true } = {}) => {
    const offline = { ...env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(root, 'wheels') }
    const sandbox = describeSandbox(directory, offline)
    for (const folder of [sandbox.project, sandbox.cache, sandbox.data])
      mkdirSync(folder, { recursive: true })
    for (const file of hasLock ? ['pyembed.toml', 'pyembed.lock'] : ['pyembed.toml'])
      cpSync(join(template.project, file), join(sandbox.project, file))
    for (const folder of ['downloads', 'unpacked']) {
      for (const name of readdirSync(join(template.cache, folder))) {
        if (!kept[state](`${folder}/${name}`)) continue
        const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true }
        cpSync(join(template.cache, folder, name), join(sandbox.cache, folder, name), options)
      }
    }
    return sandbox
  }
  return { root, make }
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** A program and its arguments that run pyembed: `strace -f`. */
  readonly under?: readonly string[]
  readonly cwd?: string
  /** In a process group of its own, as a shell starts it. */
  readonly isGroup?: boolean
}

/** Starts pyembed in a sandbox. */
export function startIn(
  sandbox: Sandbox,
  args: readonly string[],
  { env = {}, under = [], cwd = sandbox.project, isGroup = false }: RunOptions = {},
) {
  const [program = '', ...rest] = [...under, process.execPath, cliPath, ...args]
  return execa(program, rest, {
    cwd,
    env: { ...sandbox.env, ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    detached: isGroup,
    cleanup: true,
    timeout,
    killSignal: 'SIGKILL',
  })
}

/** Runs it to its end. */
export async function runIn(
  sandbox: Sandbox,
  args: readonly string[],
  options?: RunOptions,
): Promise<{ exitCode: number | undefined; stdout: string; stderr: string; signal?: string }> {
  const { exitCode, stdout, stderr, signal } = await startIn(sandbox, args, options)
  return { exitCode, stdout, stderr, ...(signal === undefined ? {} : { signal }) }
}

/** What was begun and not finished, anywhere in a sandbox; what a download can go on from is not garbage yet. */
export function garbageIn(sandbox: Sandbox): readonly string[] {
  return filesIn(sandbox).filter((path) => /\.tmp-[^/]*$/.test(path))
}

function filesIn({ root }: Sandbox): readonly string[] {
  const folders = ['project', 'cache', 'data'].filter((folder) => existsSync(join(root, folder)))
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(folder, path),
    ),
  )
}

/** The entries of the store that are not what they say, and how. */
export async function damageIn({ data }: Sandbox): Promise<readonly string[]> {
  const store = join(data, 'store')
  const names = existsSync(store) ? readdirSync(store) : []
  const damage: string[] = []
  for (const name of names.filter((each) => !each.includes('.tmp-'))) {
    const entry = await readEntry(join(store, name))
    const { problems = [] } = entry === undefined ? {} : await verifyEntry(entry)
    if (entry === undefined) damage.push(`${name}: no inventory`)
    damage.push(...problems.map(({ path, kind }) => `${name}: ${kind} ${path}`))
  }
  return damage
}

/**
 * What is wrong after a fault that is over: entries that are not what they say, a next run that does not succeed, an
 * entry of it that `verify` refuses, what is left lying about after two runs. Empty when all is well.
 */
export async function problemsAfterFault(
  sandbox: Sandbox,
  args: readonly string[] = ['sync'],
): Promise<readonly string[]> {
  const problems = (await damageIn(sandbox)).map((line) => `left behind: ${line}`)
  for (const next of [args, ['sync'], ['verify']]) {
    const { exitCode, stderr } = await runIn(sandbox, next)
    if (exitCode !== 0) problems.push(`\`${next.join(' ')}\` ended with ${exitCode}: ${stderr}`)
  }
  const left = filesIn(sandbox).filter((path) => /\.(?:tmp|part)-[^/]*$/.test(path))
  problems.push(...left.map((path) => `not swept: ${path}`))
  return problems
}
