import type { Context } from '../context.ts'
import { cachedSize, cachePath } from '../fetch/cache.ts'
import { ensureCached, lockedPrefix } from '../install/entry.ts'
import { readManifest } from '../manifest/read.ts'
import { fetchWheels } from '../packages/download.ts'
import { requireLock } from './lock-project.ts'
import { chooseTargets } from './lock-state.ts'
import { openProject, type ProjectOptions, type TargetOptions } from './open.ts'

export interface FetchedFile {
  readonly target: string
  readonly name: string
  readonly sha256: string
  readonly path: string
  readonly sizeBytes: number
}

/**
 * Puts all that a sync of the targets needs into the cache, unpacked too, so that it can run without a network.
 * Wheels that are missing are found by pip, for which the tool Python is installed into the store.
 */
export async function fetchProject(
  context: Context,
  options: ProjectOptions & TargetOptions = {},
): Promise<readonly FetchedFile[]> {
  const project = openProject(options.project)
  const manifest = await readManifest(project.manifestPath)
  const targets = chooseTargets(manifest, options)
  const lock = await requireLock(context, project, manifest, options)

  const { cacheDir } = context.env
  const files: FetchedFile[] = []
  for (const target of targets) {
    const locked = lockedPrefix(lock, target)
    if (locked === undefined) continue
    await ensureCached(context, locked, () => fetchWheels(context, lock, target))

    const wheels = locked.packages.map(({ wheel, sha256 }) => ({ name: wheel, sha256 }))
    for (const { name, sha256 } of [locked.archive, ...wheels]) {
      const sizeBytes = (await cachedSize(cacheDir, sha256)) ?? 0
      files.push({ target, name, sha256, path: cachePath(cacheDir, sha256), sizeBytes })
    }
  }
  return files
}
