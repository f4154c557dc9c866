import { quoteArgument } from './quote.ts'

/** What flags have; true: they stand alone; undefined: they are not there. */
export type FlagValues = Readonly<Record<`--${string}`, string | true | undefined>>

/** A command of pyembed as it is typed: `pyembed venv prune --yes --data-home DIR`. */
export function formatCommand(words: readonly string[], flags: FlagValues = {}): string {
  const given = Object.entries(flags).flatMap(([flag, value]) => {
    if (value === undefined) return []
    return value === true ? [flag] : [flag, quoteArgument(value)]
  })
  return ['pyembed', ...words.map((word) => quoteArgument(word)), ...given].join(' ')
}
