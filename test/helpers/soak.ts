/** Whether the long lists run: `npm run soak:tests` (docs/soak.md). */
export const isSoak = process.env['PYEMBED_SOAK'] !== undefined

/** A list whose rows each take their time: all of it in a soak, else what stands at these places. */
export function cut<T>(all: readonly T[], ...places: readonly number[]): readonly T[] {
  return isSoak ? all : all.filter((_, index) => places.includes(index))
}
