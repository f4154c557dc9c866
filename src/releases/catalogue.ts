import type { Flavor } from '../manifest/manifest.ts'
import type { Variant } from '../platform/layout.ts'
import type { Asset } from './asset.ts'

/** `catalogue.json`: build → version → variant → flavor → target → sha256. */
export type CatalogueData = Readonly<
  Record<
    string,
    Record<string, Partial<Record<Variant, Partial<Record<Flavor, Record<string, string>>>>>>
  >
>

/** The assets this pyembed was shipped with; made by `scripts/make-catalogue.ts`. */
export async function loadCatalogue(): Promise<readonly Asset[]> {
  const { default: data } = await import('./catalogue.json', { with: { type: 'json' } })
  return expandCatalogue(data)
}

export function expandCatalogue(data: CatalogueData): readonly Asset[] {
  return Object.entries(data).flatMap(([build, versions]) =>
    Object.entries(versions).flatMap(([version, variants]) =>
      Object.entries(variants).flatMap(([variant, flavors]) =>
        Object.entries(flavors).flatMap(([flavor, targets]) =>
          Object.entries(targets).map(([target, sha256]) => ({
            version,
            build,
            target,
            variant: variant as Variant,
            flavor: flavor as Flavor,
            sha256,
          })),
        ),
      ),
    ),
  )
}
