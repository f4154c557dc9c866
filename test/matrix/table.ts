import { formatColumns } from '../../src/text/columns.ts'
import type { Cell } from './cell.ts'
import { isMiss, type Verdict } from './compare.ts'

/** A cell that was run. */
export interface Result {
  readonly cell: Cell
  readonly verdict: Verdict
  readonly detail: string
  readonly milliseconds: number
}

/** One line of a cell that is not as expected. */
export function describeMiss({ cell, verdict, detail }: Result): string {
  return `${verdict}  ${nameOf(cell)}: ${detail.replaceAll(/\s+/g, ' ').trim().slice(0, 1000)}`
}

export function nameOf({ row, cmake, generator, door }: Cell): string {
  return `${row.name} | ${cmake.version} | ${generator} | ${door ?? 'without pyembed'}`
}

/** Rows by CMake and generator; a cell has what came of each door, and of the project without pyembed. */
export function formatTable(results: readonly Result[]): string {
  const columns = unique(results.map(({ cell }) => columnOf(cell)))
  const head = ['', ...columns]
  const lines = unique(results.map(({ cell }) => cell.row.name)).map((name) => [
    name,
    ...columns.map((column) =>
      summarize(results.filter(({ cell }) => cell.row.name === name && columnOf(cell) === column)),
    ),
  ])
  return formatColumns([head, ...lines])
}

/** `4 ok, astray`: four doors, and the bait. What is wrong comes first, with its door. */
export function summarize(results: readonly Result[]): string {
  const misses = results.filter(({ verdict }) => isMiss(verdict))
  const fine = results.filter(({ verdict }) => !isMiss(verdict)).map(({ verdict }) => verdict)
  const counts = unique(fine).map((verdict) => {
    const count = fine.filter((each) => each === verdict).length
    return count === 1 ? verdict : `${count} ${verdict}`
  })
  return [
    ...misses.map(({ cell, verdict }) => `${verdict} (${cell.door ?? 'without'})`),
    ...counts,
  ].join(', ')
}

function columnOf({ cmake, generator }: Cell): string {
  const short = { Ninja: 'ninja', 'Ninja Multi-Config': 'multi', 'Unix Makefiles': 'make' }
  return `${cmake.version} ${short[generator]}`
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
