import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TestProject } from 'vitest/node'

import { readEnvironment } from '../../src/env.ts'
import type { SyncResult } from '../../src/project/sync-state.ts'
import { runCli } from '../helpers/cli.ts'
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
  }
}

/** Both real Pythons, synced once for all end-to-end tests, which must not change them. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const { dir: mirror } = await assembleMirror({ log: (line) => process.stderr.write(`${line}\n`) })
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'pyembed-e2e-')))
  const cliEnv = {
    PYEMBED_PYTHON_MIRROR: mirror,
    PYEMBED_CACHE_DIR: join(readEnvironment().cacheDir, 'test-cache'),
    PYEMBED_DATA_DIR: join(root, 'data'),
  }
  // Downloads are known by their hash; what an earlier state of the code unpacked is not trusted.
  rmSync(join(cliEnv.PYEMBED_CACHE_DIR, 'unpacked'), { recursive: true, force: true })
  const projects: Record<string, { directory: string; results: SyncResult[] }> = {}
  for (const { build, version, numpy } of builds) {
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
    projects[build] = { directory, results: synced.json<SyncResult[]>() }
  }
  provide('mirror', mirror)
  provide('cliEnv', cliEnv)
  provide('projects', projects)
  return () => rmSync(root, { recursive: true, force: true })
}
