import type { Variant } from '../platform/layout.ts'
import type { PlatformFloors } from '../platform/wheel-tags.ts'

export const lockName = 'pyembed.lock'

/** The newest format this pyembed reads, and the one it writes. */
export const lockVersion = 1

/** An archive of the pinned release. No address: it comes from whichever source has these bytes. */
export interface LockedArchive {
  readonly name: string
  readonly sha256: string
  /** Bytes; undefined when no source said. */
  readonly size?: number | undefined
  /** The hash is a mirror's own, not the one upstream publishes. */
  readonly hashFrom?: 'mirror' | undefined
}

export interface LockedPackage {
  /** As its metadata spells it. */
  readonly name: string
  readonly version: string
  /** File name of the wheel. */
  readonly wheel: string
  readonly sha256: string
  /** Bytes; undefined when the index does not say. */
  readonly size?: number | undefined
  /** The best tag of the target that the wheel carries, `cp314-cp314-manylinux_2_28_x86_64`. */
  readonly tag: string
}

export interface LockedTarget {
  readonly archive: LockedArchive
  /** By name. */
  readonly packages: readonly LockedPackage[]
}

/** Exact versions and hashes for every target of a manifest; `pyembed.lock`. */
export interface Lock {
  readonly lockVersion: number
  /** Over what of the manifest decides this lock; another one makes it stale. */
  readonly digest: string
  readonly recipe: number
  readonly python: {
    readonly version: string
    readonly build: string
    readonly variant: Variant
  }
  readonly platform: PlatformFloors
  /** The archives that can run pip and byte-compile, by host; never deployed. */
  readonly tool: Readonly<Record<string, LockedArchive>>
  readonly targets: Readonly<Record<string, LockedTarget>>
}
