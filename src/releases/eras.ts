import type { Flavor } from '../manifest/manifest.ts'
import { parseTarget } from '../platform/target.ts'
import { shortcomings } from './era-table.ts'
import { comparePythonVersions } from './python-version.ts'
import type { Shortcoming } from './shortcoming.ts'

/** A Python to judge. What is left out is not looked at: without a target, those of every target are found. */
export interface EraQuery {
  readonly build?: string | undefined
  /** `3.14` or `3.14.6` */
  readonly version?: string | undefined
  /** Triple */
  readonly target?: string | undefined
  readonly flavor?: Flavor | undefined
}

/** The shortcomings that a build has, oldest first. @throws PYEMBED_TARGET_NOT_FOUND */
export function erasOf({ build, version, target, flavor }: EraQuery): readonly Shortcoming[] {
  const system = target === undefined ? undefined : parseTarget(target)
  return shortcomings.filter(
    ({ affects, since, fixedIn }) =>
      (build === undefined || (build >= (since ?? '') && build < (fixedIn ?? '9'))) &&
      (system === undefined || affects.os.includes(system.os)) &&
      (system?.libc ?? affects.libc) === (affects.libc ?? system?.libc) &&
      (flavor === undefined || (affects.flavor ?? flavor) === flavor) &&
      (version === undefined || isWithin(version, affects.python)),
  )
}

function isWithin(
  version: string,
  { from, to }: NonNullable<Shortcoming['affects']['python']> = {},
): boolean {
  const minor = minorOf(version)
  const compare = (other: string): number => comparePythonVersions(`${minor}.0`, `${other}.0`)
  return (from === undefined || compare(from) >= 0) && (to === undefined || compare(to) <= 0)
}

/** `3.14` of `3.14.6` */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}
