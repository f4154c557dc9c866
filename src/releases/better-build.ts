import type { Flavor } from '../manifest/manifest.ts'
import type { Variant } from '../platform/layout.ts'
import { compareText } from '../text/json.ts'
import type { Asset } from './asset.ts'
import { erasOf, minorOf } from './eras.ts'
import type { Shortcoming } from './shortcoming.ts'

/** A Python with archives for several targets. */
export interface LockedPython {
  readonly version: string
  readonly build: string
  readonly variant: Variant
  /** By target. */
  readonly flavors: ReadonlyMap<string, Flavor>
}

/** A shortcoming that only another build ends, and the targets that have it. */
export interface TroubledTargets {
  readonly shortcoming: Shortcoming
  readonly targets: readonly string[]
}

export interface BetterBuild {
  readonly version: string
  readonly build: string
  /** Shortcomings that it has too. */
  readonly remaining: ReadonlySet<string>
}

/** What pyembed does not make up for and a later build of PBS does, each once. */
export function troublesOf({ version, build, flavors }: LockedPython): readonly TroubledTargets[] {
  const found = new Map<Shortcoming, string[]>()
  for (const [target, flavor] of flavors) {
    for (const shortcoming of erasOf({ version, build, target, flavor })) {
      if (shortcoming.handling !== 'warned' || shortcoming.fixedIn === undefined) continue
      found.set(shortcoming, [...(found.get(shortcoming) ?? []), target])
    }
  }
  return [...found].map(([shortcoming, targets]) => ({ shortcoming, targets: targets.sort() }))
}

/**
 * The build of `assets` with the same minor version, for the same targets, that has the fewest troubles left;
 * of equal ones the nearest. undefined when none has fewer. Without `flavor` stripped archives are preferred.
 */
export function betterBuild(
  python: LockedPython,
  flavor: Flavor | undefined,
  assets: readonly Asset[],
): BetterBuild | undefined {
  const candidates = laterBuilds(python, flavor, assets).map((later) => {
    const remaining = new Set(troublesOf(later).map(({ shortcoming }) => shortcoming.id))
    return { version: later.version, build: later.build, remaining }
  })
  const fewest = Math.min(...candidates.map(({ remaining }) => remaining.size))
  return fewest < troublesOf(python).length
    ? candidates.find(({ remaining }) => remaining.size === fewest)
    : undefined
}

/** Later builds of the same minor version that have all targets, nearest first. */
function laterBuilds(
  python: LockedPython,
  flavor: Flavor | undefined,
  assets: readonly Asset[],
): readonly LockedPython[] {
  const builds = new Map<string, LockedPython & { readonly flavors: Map<string, Flavor> }>()
  for (const asset of assets) {
    const { version, build, variant, target } = asset
    const isSame = minorOf(version) === minorOf(python.version) && variant === python.variant
    if (!isSame || build <= python.build || asset.flavor !== (flavor ?? asset.flavor)) continue
    const key = `${build} ${version}`
    const found = builds.get(key) ?? { version, build, variant, flavors: new Map() }
    builds.set(key, found)
    if (!python.flavors.has(target)) continue
    if (!found.flavors.has(target) || asset.flavor === 'install_only_stripped')
      found.flavors.set(target, asset.flavor)
  }
  return [...builds]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, later]) => later)
    .filter(({ flavors }) => [...python.flavors.keys()].every((target) => flavors.has(target)))
}
