import type { Cell } from './cell.ts'
import { isOlder } from './cmakes.ts'
import { type Expectation, expectations } from './expected.ts'
import type { Judgement } from './judge.ts'

/**
 * How a cell did: `ok`, and `fatal` where that is right; `LEAK` when another Python got in, `FAILED` when it should
 * have worked or should not; without pyembed `astray`, `kept` by a CMake that is not led astray, or `BROKEN BAIT`
 * when it did not end where it must.
 */
export type Verdict = 'ok' | 'fatal' | 'astray' | 'kept' | 'LEAK' | 'FAILED' | 'BROKEN BAIT'

export function isMiss(verdict: Verdict): boolean {
  return verdict === verdict.toUpperCase()
}

export function compare({ row, cmake, door }: Cell, { outcome, detail }: Judgement): Verdict {
  const expected = expectations[row.name]
  if (expected === undefined) throw new Error(`expected.ts does not tell of \`${row.name}\``)
  if (door === undefined) {
    if (outcome !== withoutPyembed(expected, cmake.version)) return 'BROKEN BAIT'
    return outcome === 'ours' ? 'kept' : 'astray'
  }

  if (expected.pinned === 'ours') {
    if (outcome === 'ours') return 'ok'
    return outcome === 'bait' || outcome === 'other' ? 'LEAK' : 'FAILED'
  }
  // CMake breaks lines where a path makes them too long.
  const told = detail.replaceAll(/\s+/g, ' ')
  if (outcome === 'fatal') return told.includes(expected.pinned.fatal) ? 'fatal' : 'FAILED'
  return outcome === 'failed' ? 'FAILED' : 'LEAK'
}

function withoutPyembed({ without, except = [] }: Expectation, version: string): string {
  const exception = except.find(
    ({ from = '0', before }) =>
      !isOlder(version, from) && (before === undefined || isOlder(version, before)),
  )
  return exception?.without ?? without
}
