/** Smallest, median and largest of some figures. */
export interface Summary {
  readonly min: number
  readonly median: number
  readonly max: number
}

export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  }
}

export function formatSummary({ min, median, max }: Summary, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}-${max.toFixed(digits)})`
}

/** Ratios run by run. */
export function ratios(of: readonly number[], to: readonly number[]): number[] {
  return of.map((value, index) => value / (to[index] ?? Number.NaN))
}
