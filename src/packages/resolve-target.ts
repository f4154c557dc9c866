import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import type { LockedPackage } from '../lock/lock.ts'
import type { PrefixKind } from '../platform/layout.ts'
import { interpreterTags, type PlatformFloors, platformTags } from '../platform/wheel-tags.ts'
import { compareText } from '../text/json.ts'
import { normalizeName } from '../text/package-name.ts'
import { runPip } from './pip.ts'
import type { ToolPython } from './tool-python.ts'

export interface TargetQuery {
  readonly kind: PrefixKind
  readonly floors: PlatformFloors
  readonly requirements: readonly string[]
  readonly constraints: readonly string[]
}

/**
 * The packages that fulfil the requirements on one target, as pip's resolver chooses them, by name.
 * @throws PYEMBED_PACKAGE_NOT_FOUND, PYEMBED_RESOLVE_FAILED
 */
export async function resolveTarget(
  context: Context,
  tool: ToolPython,
  query: TargetQuery,
): Promise<readonly LockedPackage[]> {
  const request = { ...query, command: 'resolve' } as const
  return runPip(context, tool, request, async (result, directory) => {
    if (!result.isOk) throw describeFailure(result.stderr, result.reason, query)

    const report = JSON.parse(
      await readFile(join(directory, 'report.json'), 'utf8'),
    ) as readonly ReportedPackage[]
    return report
      .map((reported) => lockPackage(reported, query))
      .sort((a, b) => compareText(normalizeName(a.name), normalizeName(b.name)))
  })
}

/** The versions of a package that have a wheel for the target, newest first. */
export async function listVersions(
  context: Context,
  tool: ToolPython,
  query: Omit<TargetQuery, 'requirements' | 'constraints'>,
  name: string,
): Promise<readonly string[]> {
  // No such version exists, and pip says which do.
  const requirements = [`${name}===none`]
  const request = { ...query, command: 'resolve', requirements, constraints: [] } as const
  const stderr = await runPip(context, tool, request, (result) => result.stderr)
  const listed = /\(from versions: ([^)]*)\)/.exec(stderr)?.[1] ?? 'none'
  return listed === 'none' ? [] : listed.split(', ').toReversed()
}

/** What python/pip_driver.py reports of a package. */
interface ReportedPackage {
  readonly name: string
  readonly version: string
  readonly wheel: string
  readonly sha256: string | null
  readonly size: number | null
}

function lockPackage(reported: ReportedPackage, query: TargetQuery): LockedPackage {
  const { name, version, wheel, sha256, size } = reported
  const tag = matchingTag(wheel, query)
  if (sha256 === null || tag === undefined) {
    throw new PyEmbedError(
      'PYEMBED_RESOLVE_FAILED',
      `pip chose \`${wheel}\`, which has no sha256 or no tag of \`${query.kind.target.triple}\``,
      {
        hint: 'Use an index that publishes hashes (PEP 503)',
      },
    )
  }
  return { name, version, wheel, sha256, tag, ...(size === null ? {} : { size }) }
}

/** The best of the target's tags that a wheel's name carries (PEP 425 compressed tag sets). */
function matchingTag(wheel: string, { kind, floors }: TargetQuery): string | undefined {
  const [pythons, abis, platforms] = wheel
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3)
    .map((set) => set.split('.'))
  if (pythons === undefined || abis === undefined || platforms === undefined) return undefined
  const platform = [...platformTags(kind.target, floors), 'any'].find((tag) =>
    platforms.includes(tag),
  )
  const abi = interpreterTags(kind).abis.find((tag) => abis.includes(tag))
  return platform === undefined || abi === undefined
    ? undefined
    : `${pythons.at(-1)}-${abi}-${platform}`
}

function describeFailure(
  stderr: string,
  reason: string,
  { kind, floors }: TargetQuery,
): PyEmbedError {
  const triple = kind.target.triple
  const floor = {
    linux: `glibc ${floors.glibc}`,
    macos: `macOS ${floors.macos}`,
    windows: 'Windows',
  }[kind.target.os]
  const missing = /No matching distribution found for ([^\n]+)/.exec(stderr)?.[1]?.trim()
  if (missing !== undefined) {
    const versions = /\(from versions: ([^)]*)\)/.exec(stderr)?.[1] ?? 'none'
    return new PyEmbedError(
      'PYEMBED_PACKAGE_NOT_FOUND',
      `no wheel of \`${missing}\` runs on \`${triple}\` with Python ${kind.version} and ${floor}`,
      {
        hint:
          versions === 'none'
            ? 'No version has such a wheel: raise the floor in `[python.platform]`, leave the target out, or choose another package'
            : `Versions with such a wheel: ${versions}`,
      },
    )
  }
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  return new PyEmbedError(
    'PYEMBED_RESOLVE_FAILED',
    `pip cannot resolve the packages for \`${triple}\` (${reason}):\n${lines.slice(-12).join('\n')}`,
    { hint: 'Change `requires` in the manifest, or check the index that pip is configured with' },
  )
}
