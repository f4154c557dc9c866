import { formatTable } from '../helpers/report.ts'
import { expectations } from './expected.ts'
import { type Result, summarize } from './table.ts'

/** The page's tables: what each row came to, and where it ends otherwise without pyembed, and why. */
export function formatSummary(results: readonly Result[]): string {
  const versions = [...new Set(results.map(({ cell }) => cell.cmake.version))]
  const names = [...new Set(results.map(({ cell }) => cell.row.name))]
  const table = formatTable([
    ['row', ...versions],
    ...names.map((name) => [
      name,
      ...versions.map((version) =>
        summarize(
          results.filter(
            ({ cell }) =>
              cell.row.name === name && cell.cmake.version === version && cell.door !== undefined,
          ),
        ),
      ),
    ]),
  ])
  const exceptions = Object.entries(expectations).flatMap(([name, { except = [] }]) =>
    except.map(({ from, before, without, because }) => [
      name,
      [from && `from ${from}`, before && `before ${before}`].filter(Boolean).join(', '),
      without,
      because,
    ]),
  )
  return [
    table,
    '### Without pyembed, by CMake',
    formatTable([['row', 'CMake', 'ends', 'because'], ...exceptions]),
  ].join('\n\n')
}
