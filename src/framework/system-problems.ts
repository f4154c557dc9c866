import type { Macho } from '../binary/macho/macho.ts'
import { formatVersion } from '../binary/macho/minimum.ts'
import type { FrameworkProblem } from './problem.ts'

/** `PLATFORM_MACOS` */
const macos = 1

/**
 * Code that does not run on every system that the bundle says it does: `minimum` is its `LSMinimumSystemVersion`, of
 * which one without says nothing.
 */
export function systemProblems(
  code: ReadonlyMap<string, Macho>,
  minimum: string | undefined,
): readonly FrameworkProblem[] {
  const promised = minimum === undefined ? undefined : packVersion(minimum)
  return [...code].flatMap(([path, { slices }]) => {
    const versions = slices.map(({ commands }) =>
      commands.flatMap((each) => (each.kind === 'version' ? [each] : [])),
    )
    // Libraries that are for Mac Catalyst, too, have two.
    const ours = versions.map((of) => of.filter(({ platform }) => platform === macos))
    const isOther = versions.some((of, index) => of.length > 0 && ours[index]?.length === 0)
    const needed = Math.max(0, ...ours.flat().map((each) => each.minimum))
    const details = [
      ...(isOther ? ['it is not for macOS'] : []),
      ...(promised !== undefined && needed > promised
        ? [`it needs macOS ${formatVersion(needed)}, and \`LSMinimumSystemVersion\` is ${minimum}`]
        : []),
    ]
    return details.map((detail): FrameworkProblem => ({ path, kind: 'system', detail }))
  })
}

/** `xxxx.yy.zz` in nibbles, as load commands have it. */
function packVersion(text: string): number {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map((part) => Number(part) || 0)
  return major * 0x10000 + minor * 0x100 + patch
}
