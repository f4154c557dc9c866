import type { Flavor } from '../manifest/manifest.ts'
import type { Libc, OperatingSystem } from '../platform/target.ts'

/** Something that builds of python-build-standalone lack or do wrong, up to a date or to this day. */
export interface Shortcoming {
  readonly id: string
  /** What is wrong, in a few words. */
  readonly title: string
  readonly affects: {
    readonly os: readonly OperatingSystem[]
    /** Linux only; without it either. */
    readonly libc?: Libc
    /** Without it any. */
    readonly flavor?: Flavor
    /** Minor versions, both included; without it all. */
    readonly python?: { readonly from?: string; readonly to?: string }
  }
  /** The first build that has it; without it, as far back as builds go. */
  readonly since?: string
  /** The first build that no longer has it; without it, none yet. */
  readonly fixedIn?: string
  /** What an application that embeds Python notices. */
  readonly breaks: string
  readonly handling: Handling
  /** What pyembed does, in words. */
  readonly pyembed: string
  /** Where it is reported or was changed. */
  readonly source: string
}

/**
 * `repaired`: pyembed makes up for it; `unused`: nothing that pyembed or an application made with it relies on;
 * `warned`: only another build helps, and `lock` says so.
 */
export type Handling = 'repaired' | 'unused' | 'warned'
