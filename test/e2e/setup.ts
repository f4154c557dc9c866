import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { execa } from 'execa'
import type { TestProject } from 'vitest/node'

import { readEnvironment } from '../../src/env.ts'
import { readTextIfThere } from '../../src/fs/read-text.ts'
import type { SyncResult } from '../../src/project/sync-state.ts'
import { runCli } from '../helpers/cli.ts'
import { syncTemplate } from '../helpers/sandbox.ts'
import { makeScratch } from '../helpers/scratch.ts'
import { linux } from '../helpers/project.ts'
import { hasTool } from '../helpers/tools.ts'
import { bootWine, wine } from '../helpers/wine.ts'
import { assembleMirror } from '../mirror/assemble.ts'
import { builds, targets } from './pythons.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the test mirror. */
    readonly mirror: string
    /** Environment for the CLI: mirror, shared download cache, shared store. */
    readonly cliEnv: Record<string, string>
    /** By build: a project with numpy and tqdm, synced for all five targets. */
    readonly projects: Record<string, { directory: string; results: SyncResult[] }>
    /** By build: the Python for Linux of that project as an app is shipped with it, with byte code. */
    readonly shipped: Record<string, string>
    /** A project that was synced once, for sandboxes (test/helpers/sandbox.ts). */
    readonly template: string
    /** A Windows of wine (test/helpers/wine.ts), where there is wine. */
    readonly wine: string
  }
}

/** Both real Pythons, synced once for all end-to-end tests, which must not change them. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const { dir: mirror } = await assembleMirror({ log: (line) => process.stderr.write(`${line}\n`) })
  const root = makeScratch('pyembed-e2e-')
  // Tests run programs as another user, too.
  chmodSync(root, 0o755)
  // All that tests make goes with it.
  process.env['TMPDIR'] = root
  // What is unpacked is not kept: an earlier state of the code is not trusted. Downloads are known by their hash.
  const cache = join(root, 'cache')
  const kept = join(readEnvironment().cacheDir, 'test-cache', 'downloads')
  const cliEnv = {
    PYEMBED_PYTHON_MIRROR: mirror,
    PYEMBED_CACHE_DIR: cache,
    PYEMBED_DATA_DIR: join(root, 'data'),
  }
  const template = join(root, 'template')
  const windows = join(root, 'wine')
  addDownloads(kept, join(cache, 'downloads'))

  const syncBuild = async ({ build, version, numpy }: (typeof builds)[number]) => {
    const directory = join(root, build)
    mkdirSync(directory)
    writeFileSync(
      join(directory, 'pyembed.toml'),
      `[app]\nname = "E2E"\n[python]\nversion = "${version}"\nbuild = "${build}"\ntargets = ${JSON.stringify(targets)}\n` +
        // Exact, so that the bytes of the prefixes are known (recipe.test.ts).
        `[python.packages]\nrequires = ["numpy==${numpy}", "tqdm==4.70.1", "pip==26.3"]\n`,
    )
    const synced = await runCli(['sync', '--all-targets', '--json'], {
      cwd: directory,
      env: cliEnv,
    })
    if (synced.exitCode !== 0) throw new Error(`sync of ${build} failed:\n${synced.stderr}`)
    const results = synced.json<SyncResult[]>()
    const shipped = join(root, `shipped-${build}`)
    await ship(results.find(({ target }) => target === linux)?.prefix ?? '', shipped)
    return { build, shipped, project: { directory, results } }
  }
  const [synced] = await Promise.all([
    Promise.all(builds.map(syncBuild)),
    syncTemplate(template, mirror),
    ...(hasTool(wine) ? [bootWine(windows)] : []),
  ])

  provide('mirror', mirror)
  provide('cliEnv', cliEnv)
  provide('projects', Object.fromEntries(synced.map(({ build, project }) => [build, project])))
  provide('shipped', Object.fromEntries(synced.map(({ build, shipped }) => [build, shipped])))
  provide('template', template)
  provide('wine', windows)
  const before = synced.map(({ project }) => readState(project.directory))
  return () => {
    const after = synced.map(({ project }) => readState(project.directory))
    addDownloads(join(cache, 'downloads'), kept)
    rmSync(root, { recursive: true, force: true })
    if (String(after) === String(before)) return
    process.stderr.write('FAILED: a test wrote into a shared project, see copySharedProject()\n')
    // vitest only prints what a teardown throws.
    process.exitCode = 1
  }
}

/** Where a project's Pythons are, which a sync with another store changes. */
function readState(project: string): string | undefined {
  return readTextIfThere(join(project, '.pyembed', 'pin.json'))
}

/** Hard links to a prefix, and byte code beside them: without it, each start of pip takes two seconds. */
async function ship(prefix: string, to: string): Promise<void> {
  await execa('cp', ['-al', prefix, to])
  // What cannot be compiled is test data of packages.
  const python = join(to, 'bin', 'python3')
  await execa(python, ['-I', '-m', 'compileall', '-q', join(to, 'lib')], { reject: false })
}

/** Copies the finished downloads that are not there yet. */
function addDownloads(from: string, to: string): void {
  if (!existsSync(from)) return
  cpSync(from, to, {
    recursive: true,
    force: false,
    filter: (path) => path === from || /^[0-9a-f]{64}$/.test(basename(path)),
  })
}
