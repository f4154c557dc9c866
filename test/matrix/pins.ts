import { join } from 'node:path'

import { builds } from '../e2e/pythons.ts'
import { runCli } from '../helpers/cli.ts'
import { linux, writeManifest } from '../helpers/project.ts'
import type { Minor } from './rows.ts'
import type { Pin } from './world.ts'

/** Syncs both Pythons of the mirror, with numpy, as a user does. */
export async function syncPins(
  root: string,
  { mirror, cacheDir }: { readonly mirror: string; readonly cacheDir: string },
): Promise<Readonly<Record<Minor, Pin>>> {
  const env = {
    PYEMBED_PYTHON_MIRROR: mirror,
    PYEMBED_CACHE_DIR: cacheDir,
    PYEMBED_DATA_DIR: join(root, 'data'),
  }
  const sync = async (minor: Minor): Promise<Pin> => {
    const python = builds.find((each) => each.minor === minor)
    if (python === undefined) throw new Error(`the mirror has no Python ${minor}`)
    const { version, build, numpy } = python
    const manifest = { version, build, targets: [linux], requires: [`numpy==${numpy}`] }
    const project = writeManifest(join(root, `synced-${minor}`), manifest)
    const { exitCode, stderr, json } = await runCli(['sync', '--json'], { cwd: project, env })
    if (exitCode !== 0) throw new Error(stderr)
    return { project, prefix: json<{ prefix: string }>().prefix }
  }
  return { '3.14': await sync('3.14'), '3.11': await sync('3.11') }
}
