import type { Lock } from '../lock/lock.ts'

/** What differs between two locks, a line each: `+ numpy 2.5.5 (x86_64-unknown-linux-gnu)`. */
export function describeChanges(before: Lock | undefined, after: Lock): readonly string[] {
  const old = before === undefined ? new Map<string, string>() : flatten(before)
  const now = flatten(after)
  const lines: string[] = []
  for (const [what, value] of now) {
    const was = old.get(what)
    if (was === undefined) lines.push(`+ ${what} ${value}`)
    else if (was !== value) lines.push(`~ ${what} ${was} -> ${value}`)
  }
  for (const [what, value] of old) {
    if (!now.has(what)) lines.push(`- ${what} ${value}`)
  }
  return lines
}

function flatten({ python, targets }: Lock): ReadonlyMap<string, string> {
  const things = new Map([['python', `${python.version}+${python.build} (${python.variant})`]])
  for (const [target, { archive, packages }] of Object.entries(targets)) {
    things.set(`archive for ${target}:`, `${archive.name} ${archive.sha256.slice(0, 12)}`)
    for (const { name, version, wheel } of packages)
      things.set(`${name} for ${target}:`, `${version} (${wheel})`)
  }
  return things
}
