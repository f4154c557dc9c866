import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { readEnvironment } from '../../src/env.ts'
import type { Lock } from '../../src/lock/lock.ts'
import { parseLock } from '../../src/lock/file.ts'
import { runCli } from '../helpers/cli.ts'
import { assembleMirror } from '../mirror/assemble.ts'
import { findUv, writeDownloadList } from './uv.ts'

export const host = 'x86_64-unknown-linux-gnu'

/** Targets that are synced at once. */
export const manyTargets = [
  host,
  'aarch64-unknown-linux-gnu',
  'aarch64-apple-darwin',
  'x86_64-pc-windows-msvc',
] as const

/** What all subjects work on: one Python, pip and numpy, every file of it on this machine. */
export interface World {
  readonly root: string
  /** Folder of the test mirror. */
  readonly mirror: string
  /** A project for the host, and one for several targets; both locked and fetched. */
  readonly project: string
  readonly manyProject: string
  /** Environment for pyembed, whose cache is full. */
  readonly env: Readonly<Record<string, string>>
  /** The same archive and wheels for the peers. */
  readonly archive: string
  readonly archiveSha256: string
  readonly wheels: string
  readonly requirements: readonly string[]
  readonly uv: string
  /** Of the project, and a CMake script that makes the build Python in `BUILD` of the store entry `ENTRY`. */
  readonly storeEntry: string
  readonly materialize: string
  /** The store entry of the same for macOS. */
  readonly macosEntry: string
}

/** Makes locks, fetches, and lays the same files out for uv. */
export async function prepareWorld(root: string): Promise<World> {
  const { dir: mirror } = await assembleMirror({ log: (line) => process.stderr.write(`${line}\n`) })
  const env = {
    PYEMBED_PYTHON_MIRROR: mirror,
    PYEMBED_CACHE_DIR: join(root, 'cache'),
    PYEMBED_DATA_DIR: join(root, 'data'),
  }
  const project = await makeProject(join(root, 'project'), [host], env)
  const manyProject = await makeProject(join(root, 'many'), manyTargets, env)

  const lock = readLock(project)
  const locked = lock.targets[host]
  if (locked === undefined) throw new Error('the lock has no target of the host')
  const wheels = join(root, 'wheels')
  mkdirSync(wheels)
  for (const { wheel, sha256 } of locked.packages)
    copyFileSync(join(env.PYEMBED_CACHE_DIR, 'downloads', sha256), join(wheels, wheel))
  const archive = join(mirror, lock.python.build, locked.archive.name)
  const { sha256 } = locked.archive
  writeDownloadList(join(root, 'downloads.json'), { ...lock.python, path: archive, sha256 })
  const materialize = join(root, 'materialize.cmake')
  writeFileSync(
    materialize,
    `cmake_minimum_required(VERSION 3.20...4.0)\ninclude("${join(project, '.pyembed/modules/pyembed_materialize_python.cmake')}")\n` +
      'pyembed_materialize_python(STORE_ENTRY "${ENTRY}" DESTINATION "${BUILD}/python" REQUIRED bin)\n',
  )
  return {
    root,
    mirror,
    project,
    manyProject,
    env,
    archive,
    archiveSha256: sha256,
    wheels,
    requirements: locked.packages.map(({ name, version }) => `${name}==${version}`),
    uv: findUv(join(readEnvironment().cacheDir, 'bench-uv')),
    storeEntry: await findStoreEntry(project, env),
    materialize,
    macosEntry: await findStoreEntry(manyProject, env, 'aarch64-apple-darwin'),
  }
}

async function makeProject(
  directory: string,
  targets: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  mkdirSync(directory)
  writeFileSync(
    join(directory, 'pyembed.toml'),
    `[app]\nname = "Bench"\n[python]\nversion = "3.14.6"\ntargets = ${JSON.stringify(targets)}\n[python.packages]\nrequires = ["numpy"]\n`,
  )
  for (const args of [['fetch', '--all-targets'], ['sync']]) {
    const result = await runCli(args, { cwd: directory, env })
    if (result.exitCode !== 0) throw new Error(result.stderr)
  }
  return directory
}

async function findStoreEntry(
  cwd: string,
  env: Readonly<Record<string, string>>,
  target: string = host,
): Promise<string> {
  const result = await runCli(['sync', '--json', '--target', target], { cwd, env })
  return result.json<{ readonly storeEntry: string }>().storeEntry
}

function readLock(project: string): Lock {
  const path = join(project, 'pyembed.lock')
  return parseLock(readFileSync(path, 'utf8'), path)
}
