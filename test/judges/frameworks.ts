import { join } from 'node:path'

import type { Framework } from '../../src/framework/framework.ts'
import { builds } from '../e2e/pythons.ts'
import { runCli } from '../helpers/cli.ts'
import { writeManifest } from '../helpers/project.ts'

const targets = ['aarch64-apple-darwin', 'x86_64-apple-darwin']

export interface MadeFramework {
  readonly name: string
  readonly framework: string
}

/** Frameworks of both Pythons of the mirror with numpy, for both processors, made as a user does. */
export async function makeFrameworks(
  root: string,
  { mirror, cacheDir }: { readonly mirror: string; readonly cacheDir: string },
): Promise<readonly MadeFramework[]> {
  const env = {
    PYEMBED_PYTHON_MIRROR: mirror,
    PYEMBED_CACHE_DIR: cacheDir,
    PYEMBED_DATA_DIR: join(root, 'data'),
  }
  const run = async (args: readonly string[], cwd: string) => {
    const result = await runCli([...args, '--json'], { cwd, env })
    if (result.exitCode !== 0) throw new Error(result.stderr)
    return result
  }
  const made: MadeFramework[] = []
  for (const { version, build, numpy } of builds) {
    const requires = [`numpy==${numpy}`]
    const project = writeManifest(join(root, version), { version, build, targets, requires })
    const synced = await run(['sync', '--all-targets'], project)
    for (const { prefix, target } of synced.json<{ prefix: string; target: string }[]>()) {
      const output = join(root, `${version} ${target}`)
      const created = await run(['framework', 'create', prefix, '--output', output], project)
      made.push({ name: `${version}, ${target}`, ...created.json<Framework>() })
    }
  }
  return made
}
