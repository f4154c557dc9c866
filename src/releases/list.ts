import type { Context } from '../context.ts'
import type { Variant } from '../platform/layout.ts'
import { discoverReleases } from './discover.ts'
import { comparePythonVersions } from './python-version.ts'

/** One Python of one build. */
export interface ListedPython {
  readonly version: string
  readonly build: string
  readonly variant: Variant
  readonly targets: readonly string[]
}

export interface ListOptions {
  /** Only builds that have this target. */
  readonly target?: string | undefined
  /** Every build instead of the newest of each minor version. */
  readonly isAllBuilds?: boolean | undefined
}

/** The Pythons that can be locked, newest version and build first. With a mirror: what the mirror has. */
export async function listPythons(
  context: Context,
  options: ListOptions = {},
): Promise<readonly ListedPython[]> {
  const found = new Map<
    string,
    { version: string; build: string; variant: Variant; targets: Set<string> }
  >()
  for (const release of await discoverReleases(context)) {
    for (const { version, build, variant, target } of (await release.assets()) ?? []) {
      const key = `${version} ${build} ${variant}`
      const python = found.get(key) ?? { version, build, variant, targets: new Set<string>() }
      python.targets.add(target)
      found.set(key, python)
    }
  }
  const sorted = [...found.values()]
    .filter(({ targets }) => options.target === undefined || targets.has(options.target))
    .sort(
      (a, b) => comparePythonVersions(b.version, a.version) || Number(b.build) - Number(a.build),
    )
    .map((python) => ({ ...python, targets: [...python.targets].sort() }))
  return options.isAllBuilds === true ? sorted : newestOfEachMinor(sorted)
}

function newestOfEachMinor(sorted: readonly ListedPython[]): readonly ListedPython[] {
  const seen = new Set<string>()
  return sorted.filter(({ version, variant }) => {
    const key = `${version.split('.').slice(0, 2).join('.')} ${variant}`
    return !seen.has(key) && seen.add(key)
  })
}
