import pMap from 'p-map'

import type { Context } from '../context.ts'
import { recipe } from '../install/recipe.ts'
import { lockArchive } from '../lock/archive.ts'
import { manifestDigest, manifestTargets } from '../lock/digest.ts'
import { readLock, writeLock } from '../lock/file.ts'
import { type Lock, type LockedArchive, type LockedPackage, lockVersion } from '../lock/lock.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { readManifest } from '../manifest/read.ts'
import { resolvePackages } from '../packages/resolve.ts'
import { ensureToolPython } from '../packages/tool-python.ts'
import { hostTargets, parseTarget } from '../platform/target.ts'
import { matchesRequest } from '../releases/python-version.ts'
import { type PythonRequest, selectPython, type Selection } from '../releases/select.ts'
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

/**
 * Makes `pyembed.lock` match the manifest. What still fits stays as it was locked; only the rest is resolved.
 * @throws PYEMBED_MANIFEST_*, PYEMBED_LOCK_*, and what `selectPython` and `resolvePackages` throw
 */
export async function lockProject(
  context: Context,
  options: LockOptions = {},
): Promise<LockResult> {
  const project = await openProject(options.project)
  const manifest = await readManifest(project.manifestPath)
  return lockManifest(context, project, manifest, options)
}

/** The same for a project that is open. */
export async function lockManifest(
  context: Context,
  project: Project,
  manifest: Manifest,
  options: LockOptions,
): Promise<LockResult> {
  const { lockPath } = project
  if (options.isLocked === true) {
    return { path: lockPath, lock: await requireFreshLock(project, manifest), changes: [] }
  }
  const previous = await readLock(lockPath)
  if (
    previous !== undefined &&
    options.isUpgrade !== true &&
    staleReason(previous, manifest) === undefined
  ) {
    return { path: lockPath, lock: previous, changes: [] }
  }
  if (previous !== undefined && context.env.isCi) await requireFreshLock(project, manifest)

  const lock = await makeLock(context, manifest, options.isUpgrade === true ? undefined : previous)
  await writeLock(lockPath, lock)
  return { path: lockPath, lock, changes: describeChanges(previous, lock) }
}

async function makeLock(
  context: Context,
  manifest: Manifest,
  previous: Lock | undefined,
): Promise<Lock> {
  const targets = [...manifestTargets(manifest)].sort()
  const kept =
    previous !== undefined && fitsRequest(previous, manifest.python) ? previous : undefined
  const request: PythonRequest =
    kept === undefined ? manifest.python : { ...manifest.python, ...kept.python }
  for (const target of targets) parseTarget(target)
  const selection = await selectPython(context, request, targets)
  noteFlavors(context, manifest, selection, targets)

  const { version, build } = selection
  const python = { version, build, variant: manifest.python.variant }
  const tools = hostTargets.filter((target) => selection.assets.has(target))
  const archives = new Map(
    await pMap(
      new Set([...targets, ...tools]),
      async (target) => [target, await archiveOf(context, selection, target, kept)] as const,
      { concurrency: 6 },
    ),
  )
  const tool = pick(archives, tools)
  const packages = await resolvePackages(
    context,
    await ensureToolPython(context, { python, tool }),
    {
      kinds: targets.map((target) => ({ target: parseTarget(target), ...python })),
      floors: manifest.platform,
      requirements: ['pip', ...manifest.requires],
      previous: Object.values(previous?.targets ?? {}).flatMap((target) => target.packages),
    },
  )
  const locked = targets.map((target) => {
    const archive = archives.get(target)
    if (archive === undefined) throw new Error(`no archive for ${target}`)
    return [
      target,
      {
        archive,
        packages: keepEqual(packages.get(target) ?? [], kept?.targets[target]?.packages ?? []),
      },
    ] as const
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

/** Whether what is locked is still what the manifest asks for. */
function fitsRequest({ python, targets }: Lock, request: PythonRequest): boolean {
  const isFlavor = ({ archive }: { archive: LockedArchive }): boolean =>
    request.flavor === undefined || archive.name.endsWith(`-${request.flavor}.tar.gz`)
  return (
    matchesRequest(python.version, request.version) &&
    (request.build === undefined || request.build === python.build) &&
    request.variant === python.variant &&
    Object.values(targets).every(isFlavor)
  )
}

async function archiveOf(
  context: Context,
  selection: Selection,
  target: string,
  kept: Lock | undefined,
): Promise<LockedArchive> {
  const known = kept?.targets[target]?.archive ?? kept?.tool[target]
  const asset = selection.assets.get(target)
  if (known !== undefined) return known
  if (asset === undefined) throw new Error(`no asset for ${target}`)
  return lockArchive(context, asset)
}

/** The same version keeps the very wheel that was locked, whatever was uploaded since. */
function keepEqual(
  packages: readonly LockedPackage[],
  previous: readonly LockedPackage[],
): readonly LockedPackage[] {
  return packages.map(
    (found) =>
      previous.find(({ name, version }) => name === found.name && version === found.version) ??
      found,
  )
}

function noteFlavors(
  context: Context,
  manifest: Manifest,
  selection: Selection,
  targets: readonly string[],
): void {
  if (manifest.python.flavor !== undefined) return
  const plain = targets.filter((target) => selection.assets.get(target)?.flavor === 'install_only')
  if (plain.length === 0) return
  context.emit({
    kind: 'note',
    text: `build ${selection.build} has no install_only_stripped of ${selection.version} for ${plain.join(', ')}; install_only is used`,
  })
}

function pick(
  archives: ReadonlyMap<string, LockedArchive>,
  targets: readonly string[],
): Record<string, LockedArchive> {
  return Object.fromEntries([...archives].filter(([target]) => targets.includes(target)))
}
