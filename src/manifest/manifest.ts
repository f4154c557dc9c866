import type { Variant } from '../platform/layout.ts'
import type { PlatformFloors } from '../platform/wheel-tags.ts'

export const manifestName = 'pyembed.toml'

/** What deployment can leave out; cmake/modules/pyembed_trim_inventory.cmake says what each is. */
export const trimNames = ['tests', 'idlelib', 'tkinter', 'headers', 'pip'] as const

export type Flavor = 'install_only_stripped' | 'install_only'

/** What a person wrote in `pyembed.toml`, with the defaults filled in. */
export interface Manifest {
  /** Absolute path of the file. */
  readonly path: string
  readonly app: {
    readonly name: string
    readonly id: string | undefined
  }
  readonly python: {
    /** A minor version (`3.14`) or an exact one (`3.14.6`). */
    readonly version: string
    /** PBS release; undefined: the newest known that has `version`. */
    readonly build: string | undefined
    readonly variant: Variant
    /** undefined: the default flavor, or what the release has of it. */
    readonly flavor: Flavor | undefined
    /** undefined: the host's. */
    readonly targets: readonly string[] | undefined
  }
  readonly platform: PlatformFloors
  /** PEP 508 requirements. */
  readonly requires: readonly string[]
  /** What deployment leaves out. */
  readonly trim: readonly (typeof trimNames)[number][]
}
