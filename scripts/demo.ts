// The whole way on this machine, in a temporary folder: fetch, verify, unpack, install pip and numpy, pin CMake,
// build a C++ program that embeds this Python, run it.
import { spawnSync } from 'node:child_process'
import { cpSync, lstatSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readEnvironment } from '../src/env.ts'
import { PyEmbedError } from '../src/errors.ts'
import { openClient } from '../src/fetch/client.ts'
import { packageRoot } from '../src/fs/package-root.ts'
import { walkFiles } from '../src/fs/walk.ts'
import { hostTarget } from '../src/platform/target.ts'
import type { SyncResult } from '../src/project/sync-state.ts'
import { formatSize } from '../src/text/size.ts'

const root = packageRoot()
const upstreamPatience = 3000
const started = Date.now()
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pyembed-demo-')))
try {
  requireTools({ cmake: 'cmake', ninja: 'ninja-build', 'c++': 'g++' })
  await demonstrate()
} catch (error) {
  process.stdout.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function demonstrate(): Promise<void> {
  const env = {
    ...process.env,
    CI: '',
    PYEMBED_DATA_DIR: join(folder, 'data'),
    ...(await chooseSource()),
  }
  const project = join(folder, 'hello-numpy')
  step('Copy examples/hello-numpy')
  cpSync(join(root, 'examples', 'hello-numpy'), project, { recursive: true })

  const pyembed = (...args: string[]): string =>
    run(process.execPath, [join(root, 'dist/cli.cjs'), ...args], project, env)
  step('pyembed lock: choose Python and packages, pin their hashes')
  pyembed('lock', '--quiet')
  step('pyembed sync: fetch, check, unpack, install pip and numpy, write .pyembed/')
  const { prefix, pinId } = JSON.parse(pyembed('sync', '--json', '--quiet')) as SyncResult
  step('pyembed verify: compare every file with the inventory')
  process.stdout.write(pyembed('verify', '--quiet'))

  step('cmake -S . -B build -G Ninja && cmake --build build')
  run('cmake', ['-S', '.', '-B', 'build', '-G', 'Ninja'], project, env)
  run('cmake', ['--build', 'build'], project, env)
  step('build/hello-numpy')
  const output = run(join(project, 'build', 'hello-numpy'), [], project, env)

  process.stdout.write(
    `\nOn disk: ${treeSize(prefix)} in the store (${pinId}), ${treeSize(join(project, 'build'))} in the build tree, ` +
      `${treeSize(join(project, '.pyembed'))} in .pyembed/\nTook ${seconds(started)}. The program says:\n\n${output}`,
  )
}

/** The mirror that is set, else upstream where it answers soon, else archives made from package registries. */
async function chooseSource(): Promise<Record<string, string>> {
  const env = readEnvironment()
  if (env.pythonMirror !== undefined) {
    step(`Archives come from PYEMBED_PYTHON_MIRROR, ${env.pythonMirror}`)
    return {}
  }
  if (await answers(env)) {
    step('Archives come from python-build-standalone itself')
    return {}
  }
  step(
    'python-build-standalone does not answer: archives are assembled from package registries (go, mvn and pip)',
  )
  const { assembleMirror } = await import('../test/mirror/assemble.ts')
  const { dir } = await assembleMirror({
    log: (line) => process.stdout.write(`  ${line}\n`),
    only: { builds: ['20260610'], targets: [hostTarget()] },
  })
  return { PYEMBED_PYTHON_MIRROR: dir }
}

async function answers(env: ReturnType<typeof readEnvironment>): Promise<boolean> {
  await using client = openClient(env, AbortSignal.timeout(upstreamPatience))
  for (const upstream of env.pythonUpstreams) {
    try {
      const { status, body } = await client.head(`${upstream}/20260610/SHA256SUMS`)
      body.destroy()
      if (status === 200) return true
    } catch (error) {
      if (!(error instanceof PyEmbedError)) throw error
    }
  }
  return false
}

function step(text: string): void {
  process.stdout.write(`[${seconds(started).padStart(6)}] ${text}\n`)
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): string {
  const result = spawnSync(program, args, { cwd, env, encoding: 'utf8' })
  if (result.error !== undefined)
    throw new Error(`${program} cannot be started: ${result.error.message}`)
  if (result.status !== 0) {
    throw new Error(`${program} ${args.join(' ')} failed:\n${result.stdout}${result.stderr}`)
  }
  process.stderr.write(result.stderr)
  return result.stdout
}

function isMissing(tool: string): boolean {
  return spawnSync(tool, ['--version'], { stdio: 'ignore' }).error !== undefined
}

function requireTools(tools: Readonly<Record<string, string>>): void {
  const missing = Object.keys(tools).filter(isMissing)
  if (missing.length === 0) return
  const packages = missing.map((tool) => tools[tool]).join(' ')
  throw new Error(
    `The demo needs ${missing.join(', ')} on PATH. On Debian and Ubuntu: apt-get install ${packages}`,
  )
}

function treeSize(directory: string): string {
  let bytes = 0
  for (const { path } of walkFiles(directory)) bytes += lstatSync(join(directory, path)).size
  return formatSize(bytes)
}
