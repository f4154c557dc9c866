import type { Observation } from './cell.ts'

/**
 * What came of a cell: `ours` when all of its programs are made of the pinned Python and of no other, `bait` when the
 * other Python is in one of them, `other` when a third one is; `fatal` when the configure failed, `failed` when what
 * it made does not build or run.
 */
export type Outcome = 'ours' | 'bait' | 'other' | 'fatal' | 'failed'

export interface Judgement {
  readonly outcome: Outcome
  /** What decided it: a path, or what was printed. */
  readonly detail: string
}

export function judge({ failed, output, reports, ours, bait }: Observation): Judgement {
  if (failed === 'configure') return { outcome: 'fatal', detail: output }
  if (failed !== undefined) return { outcome: 'failed', detail: `${failed}: ${output}` }
  const all = Object.entries(reports)
  if (all.length === 0) return { outcome: 'failed', detail: 'no program was built' }

  const found = all.flatMap(([name, { places }]) =>
    Object.entries(places)
      .filter(([, path]) => path !== '')
      .map(([what, path]) => ({ path, detail: `${name}: ${what} ${path}` })),
  )
  const strays = found.filter(({ path }) => !isInside(path, ours))
  const stray = strays.find(({ path }) => isInside(path, bait)) ?? strays[0]
  if (stray !== undefined)
    return { outcome: isInside(stray.path, bait) ? 'bait' : 'other', detail: stray.detail }

  for (const [name, { places, versions }] of all) {
    if (places['library'] === '') return { outcome: 'failed', detail: `${name} links no Python` }
    if (new Set(versions).size > 1)
      return { outcome: 'other', detail: `${name}: headers and library: ${versions.join(', ')}` }
  }
  return { outcome: 'ours', detail: found.map(({ detail }) => detail).join('; ') }
}

function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`)
}
