import pMap from 'p-map'

import type { Context } from '../context.ts'
import { hasErrorCode, PyEmbedError } from '../errors.ts'
import type { LockedPackage } from '../lock/lock.ts'
import type { PrefixKind } from '../platform/layout.ts'
import type { PlatformFloors } from '../platform/wheel-tags.ts'
import { formatCount } from '../text/count.ts'
import { normalizeName } from '../text/package-name.ts'
import { listVersions, resolveTarget } from './resolve-target.ts'
import type { ToolPython } from './tool-python.ts'

/** Packages by target. */
export type Resolution = ReadonlyMap<string, readonly LockedPackage[]>

export interface ResolveRequest {
  readonly kinds: readonly PrefixKind[]
  readonly floors: PlatformFloors
  readonly requirements: readonly string[]
  /** What an earlier lock chose: kept where it fits. */
  readonly previous: readonly LockedPackage[]
}

/**
 * Resolves the requirements for every target, with one version per package across all.
 * @throws PYEMBED_PACKAGE_NOT_FOUND, PYEMBED_RESOLVE_FAILED, PYEMBED_PACKAGE_VERSIONS_DIFFER
 */
export async function resolvePackages(
  context: Context,
  tool: ToolPython,
  request: ResolveRequest,
): Promise<Resolution> {
  const attempt = async (constraints: readonly string[]): Promise<Resolution> => {
    const resolved = await pMap(
      request.kinds,
      async (kind) => {
        const { triple } = kind.target
        context.emit({ kind: 'start', id: triple, text: `Resolving packages for ${triple}` })
        const packages = await resolveTarget(context, tool, { ...request, kind, constraints })
        context.emit({
          kind: 'end',
          id: triple,
          text: `Resolved ${formatCount(packages.length, 'package')} for ${triple}`,
        })
        return [triple, packages] as const
      },
      { concurrency: 2 },
    )
    return new Map(resolved)
  }
  const kept = [...new Set(request.previous.map(({ name, version }) => `${name}==${version}`))]
  // One pin that no longer fits must not cost the others theirs.
  const withoutOne = kept.map((pin) => kept.filter((other) => other !== pin))
  const first = await firstSolution([kept, ...withoutOne.slice(0, mostDropped), []], attempt)

  const differing = differingVersions(first)
  if (differing.size === 0) return first
  for (const constraints of commonCandidates(differing)) {
    const next = await attempt(constraints).catch((error: unknown) => {
      if (isNoSolution(error)) return first
      throw error
    })
    if (differingVersions(next).size === 0) return next
  }
  throw await describeDifference(context, tool, request, differing)
}

/** How many pins are tried to be let go one by one, each a run of pip for every target. */
const mostDropped = 12

/** The first set of constraints that has a solution; the last one's failure is the failure. */
async function firstSolution(
  sets: readonly (readonly string[])[],
  attempt: (constraints: readonly string[]) => Promise<Resolution>,
): Promise<Resolution> {
  const [constraints = [], ...rest] = sets
  try {
    return await attempt(constraints)
  } catch (error) {
    if (constraints.length === 0 || rest.length === 0 || !isNoSolution(error)) throw error
    return firstSolution(rest, attempt)
  }
}

function isNoSolution(error: unknown): boolean {
  return (
    hasErrorCode(error, 'PYEMBED_PACKAGE_NOT_FOUND') ||
    hasErrorCode(error, 'PYEMBED_RESOLVE_FAILED')
  )
}

/** Packages that came out in several versions: name → version → targets. */
export function differingVersions(
  resolution: Resolution,
): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const versions = new Map<string, Map<string, string[]>>()
  for (const [target, packages] of resolution) {
    for (const { name, version } of packages) {
      const key = normalizeName(name)
      const byVersion = versions.get(key) ?? new Map<string, string[]>()
      byVersion.set(version, [...(byVersion.get(version) ?? []), target])
      versions.set(key, byVersion)
    }
  }
  return new Map([...versions].filter(([, byVersion]) => byVersion.size > 1))
}

/** Constraint sets worth trying: each package at the newest, then the next of the versions that came out. */
function commonCandidates(
  differing: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): readonly string[][] {
  const sorted = [...differing].map(([name, byVersion]) => ({
    name,
    versions: [...byVersion.keys()].sort((a, b) => b.localeCompare(a, 'en', { numeric: true })),
  }))
  const most = Math.max(...sorted.map(({ versions }) => versions.length))
  return Array.from({ length: most }, (_, index) =>
    sorted.map(
      ({ name, versions }) => `${name}==${versions[Math.min(index, versions.length - 1)] ?? ''}`,
    ),
  )
}

async function describeDifference(
  context: Context,
  tool: ToolPython,
  { kinds, floors }: ResolveRequest,
  differing: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>,
): Promise<PyEmbedError> {
  const [[name, byVersion] = ['', new Map<string, readonly string[]>()]] = differing
  const lists = await pMap(kinds, (kind) => listVersions(context, tool, { kind, floors }, name), {
    concurrency: 2,
  })
  const common = (lists[0] ?? []).filter((version) => lists.every((list) => list.includes(version)))
  const found = [...byVersion].map(([version, targets]) => `${version} for ${targets.join(', ')}`)
  return new PyEmbedError(
    'PYEMBED_PACKAGE_VERSIONS_DIFFER',
    `\`${name}\` has no one version for all targets: ${found.join('; ')}`,
    {
      hint:
        common.length === 0
          ? 'No version has wheels for all targets: leave a target out or raise the floors in `[python.platform]`'
          : `Versions that all targets have: ${common.slice(0, 10).join(', ')}; ask for one of them in \`requires\``,
    },
  )
}
