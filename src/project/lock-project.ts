import type { Context } from '../context.ts'
import { recipe } from '../install/recipe.ts'
import { manifestDigest, manifestTargets } from '../lock/digest.ts'
import { readLock, writeLock } from '../lock/file.ts'
import { type Lock, type LockedPackage, lockVersion } from '../lock/lock.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { readManifest } from '../manifest/read.ts'
import { resolvePackages } from '../packages/resolve.ts'
import { ensureToolPython } from '../packages/tool-python.ts'
import { parseTarget } from '../platform/target.ts'
import { chooseArchives } from './choose-archives.ts'
import { type EraWarning, findEraWarnings } from './era-warnings.ts'
import { describeChanges } from './lock-changes.ts'
import { requireFreshLock, staleReason } from './lock-state.ts'
import { openProject, type Project, type ProjectOptions } from './open.ts'

export interface LockOptions extends ProjectOptions {
  /** Take the newest of everything instead of keeping what is locked. */
  readonly isUpgrade?: boolean | undefined
}

export interface LockResult {
  readonly path: string
  readonly lock: Lock
  /** A line for each thing that is locked otherwise than before; empty when nothing changed. */
  readonly changes: readonly string[]
}

export interface LockReport extends LockResult {
  /** What the locked build lacks and only another one brings; emitted too. */
  readonly warnings: readonly EraWarning[]
}

/**
 * Makes `pyembed.lock` match the manifest. What still fits stays as it was locked; only the rest is resolved.
 * @throws PYEMBED_MANIFEST_*, PYEMBED_LOCK_*, and what `selectPython` and `resolvePackages` throw
 */
export async function lockProject(
  context: Context,
  options: LockOptions = {},
): Promise<LockReport> {
  const project = openProject(options.project)
  const manifest = await readManifest(project.manifestPath)
  const result = await updateLock(context, project, manifest, options)
  return { ...result, warnings: await warnOfEras(context, result.lock, manifest) }
}

/** The lock for a command that does more than locking: it says what it changed, and what is wrong with that. */
export async function requireLock(
  context: Context,
  project: Project,
  manifest: Manifest,
  options: ProjectOptions,
): Promise<Lock> {
  const { lock, changes } = await updateLock(context, project, manifest, options)
  for (const change of changes) context.emit({ kind: 'note', text: `locked: ${change}` })
  if (changes.length > 0) await warnOfEras(context, lock, manifest)
  return lock
}

async function warnOfEras(
  context: Context,
  lock: Lock,
  manifest: Manifest,
): Promise<readonly EraWarning[]> {
  const warnings = await findEraWarnings(lock, manifest)
  for (const { text } of warnings) context.emit({ kind: 'warning', text })
  return warnings
}

async function updateLock(
  context: Context,
  project: Project,
  manifest: Manifest,
  { isLocked, isUpgrade }: LockOptions,
): Promise<LockResult> {
  const { lockPath: path } = project
  if (isLocked === true) {
    return { path, lock: await requireFreshLock(project, manifest), changes: [] }
  }
  const previous = await readLock(path)
  if (previous !== undefined && isUpgrade !== true) {
    if (staleReason(previous, manifest) === undefined) return { path, lock: previous, changes: [] }
    if (context.env.isCi) await requireFreshLock(project, manifest)
  }
  const lock = await makeLock(context, manifest, isUpgrade === true ? undefined : previous)
  await writeLock(path, lock)
  return { path, lock, changes: describeChanges(previous, lock) }
}

async function makeLock(
  context: Context,
  manifest: Manifest,
  previous: Lock | undefined,
): Promise<Lock> {
  const targets = [...manifestTargets(manifest)].sort()
  const { python, tool, archives } = await chooseArchives(context, manifest, targets, previous)
  const toolPython = await ensureToolPython(context, { python, tool })
  const packages = await resolvePackages(context, toolPython, {
    kinds: targets.map((target) => ({ target: parseTarget(target), ...python })),
    floors: manifest.platform,
    requirements: ['pip', ...manifest.requires],
    previous: Object.values(previous?.targets ?? {}).flatMap((target) => target.packages),
  })
  const locked = [...archives].map(([target, archive]) => {
    const before = previous?.targets[target]?.packages ?? []
    return [target, { archive, packages: keepEqual(packages.get(target) ?? [], before) }] as const
  })
  return {
    lockVersion,
    digest: manifestDigest(manifest),
    recipe,
    python,
    platform: manifest.platform,
    tool,
    targets: Object.fromEntries(locked),
  }
}

/** What was locked stays, where it is the same version for the same tag, whatever was uploaded since. */
function keepEqual(
  packages: readonly LockedPackage[],
  previous: readonly LockedPackage[],
): readonly LockedPackage[] {
  return packages.map(
    (found) =>
      previous.find(
        ({ name, version, tag }) =>
          name === found.name && version === found.version && tag === found.tag,
      ) ?? found,
  )
}
