import type { Lock } from '../lock/lock.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { parseAssetName } from '../releases/asset.ts'
import { betterBuild, type LockedPython, troublesOf } from '../releases/better-build.ts'
import { loadCatalogue } from '../releases/catalogue.ts'
import { matchesRequest } from '../releases/python-version.ts'

/** Something the locked build lacks and a later one of python-build-standalone has (docs/eras.md). */
export interface EraWarning {
  readonly id: string
  /** The targets of the lock that have it. */
  readonly targets: readonly string[]
  readonly fixedIn: string
  /** The nearest build of the catalogue to take instead; undefined when it knows none. */
  readonly better?: { readonly version: string; readonly build: string } | undefined
  /** All of it as one line, and what to write into the manifest. */
  readonly text: string
}

/** What of the locked Python only another build mends, a warning for each. Looks at nothing but the catalogue. */
export async function findEraWarnings(
  { python, targets }: Lock,
  manifest: Manifest,
): Promise<readonly EraWarning[]> {
  const flavors = Object.entries(targets).map(([target, { archive }]) => {
    return [target, parseAssetName(archive.name)?.flavor ?? 'install_only'] as const
  })
  const locked: LockedPython = { ...python, flavors: new Map(flavors) }
  const troubles = troublesOf(locked)
  if (troubles.length === 0) return []

  const better = betterBuild(locked, manifest.python.flavor, await loadCatalogue())
  return troubles.map(({ shortcoming, targets: troubled }) => {
    const { id, title, breaks, fixedIn = '', source } = shortcoming
    const mended = better?.remaining.has(id) === false ? better : undefined
    return {
      id,
      targets: troubled,
      fixedIn,
      better: mended && { version: mended.version, build: mended.build },
      text:
        `build ${python.build}: ${title} (${troubled.join(', ')}). ${breaks} ` +
        `Mended in ${fixedIn} (${source}). ${advise(manifest, python.version, mended)}`,
    }
  })
}

function advise(
  { python: { version: request } }: Manifest,
  version: string,
  better: { readonly version: string; readonly build: string } | undefined,
): string {
  if (better === undefined) return `The catalogue knows no such build of ${version}’s minor version`
  const lines = [`build = "${better.build}"`]
  if (!matchesRequest(better.version, request)) lines.unshift(`version = "${better.version}"`)
  return `Write ${lines.map((line) => `\`${line}\``).join(' and ')} into \`[python]\``
}
