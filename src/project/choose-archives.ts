import pMap from 'p-map'

import type { Context } from '../context.ts'
import { lockArchive } from '../lock/archive.ts'
import type { Lock, LockedArchive } from '../lock/lock.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { hostTargets, parseTarget } from '../platform/target.ts'
import { matchesRequest } from '../releases/python-version.ts'
import { selectPython, type Selection } from '../releases/select.ts'

/** The Python of a lock and the archives it is made from. */
export interface ChosenArchives extends Pick<Lock, 'python' | 'tool'> {
  /** For every target of the manifest. */
  readonly archives: ReadonlyMap<string, LockedArchive>
}

/**
 * The archives for `targets`: those of an earlier lock where they are what the manifest asks for, else chosen
 * from the releases. @throws what `selectPython` throws, PYEMBED_TARGET_NOT_FOUND
 */
export async function chooseArchives(
  context: Context,
  { python: request }: Manifest,
  targets: readonly string[],
  previous: Lock | undefined,
): Promise<ChosenArchives> {
  for (const target of targets) parseTarget(target)
  const kept = previous !== undefined && fitsRequest(previous, request) ? previous : undefined
  const known = new Map(
    Object.entries(kept?.targets ?? {}).map(([target, { archive }]) => [target, archive]),
  )
  if (kept !== undefined && targets.every((target) => known.has(target))) {
    return { python: kept.python, tool: kept.tool, archives: pick(known, targets) }
  }
  const selection = await selectPython(context, { ...request, ...kept?.python }, targets)
  if (request.flavor === undefined) noteFlavors(context, selection, targets)

  const tools = hostTargets.filter((target) => selection.assets.has(target))
  const archives = new Map(
    await pMap(
      new Set([...targets, ...tools]),
      async (target) =>
        [target, known.get(target) ?? (await lockSelected(context, selection, target))] as const,
      { concurrency: 6 },
    ),
  )
  const { version, build } = selection
  return {
    python: { version, build, variant: request.variant },
    tool: Object.fromEntries(pick(archives, tools)),
    archives: pick(archives, targets),
  }
}

/** Whether what is locked is still what the manifest asks for. */
function fitsRequest({ python, targets }: Lock, request: Manifest['python']): boolean {
  const isFlavor = ({ archive }: { archive: LockedArchive }): boolean =>
    request.flavor === undefined || archive.name.endsWith(`-${request.flavor}.tar.gz`)
  return (
    matchesRequest(python.version, request.version) &&
    (request.build === undefined || request.build === python.build) &&
    request.variant === python.variant &&
    Object.values(targets).every(isFlavor)
  )
}

async function lockSelected(
  context: Context,
  { assets }: Selection,
  target: string,
): Promise<LockedArchive> {
  const asset = assets.get(target)
  if (asset === undefined) throw new Error(`the selection has no ${target}`)
  return lockArchive(context, asset)
}

function noteFlavors(
  context: Context,
  { version, build, assets }: Selection,
  targets: readonly string[],
): void {
  const plain = targets.filter((target) => assets.get(target)?.flavor === 'install_only')
  if (plain.length === 0) return
  context.emit({
    kind: 'note',
    text: `build ${build} has no install_only_stripped of ${version} for ${plain.join(', ')}; install_only is used`,
  })
}

function pick(
  archives: ReadonlyMap<string, LockedArchive>,
  targets: readonly string[],
): ReadonlyMap<string, LockedArchive> {
  return new Map([...archives].filter(([target]) => targets.includes(target)))
}
