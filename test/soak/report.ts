import { formatTable } from '../helpers/report.ts'
import type { FullDiskCount } from './full-disks.ts'
import type { KillCount } from './kills.ts'

export function formatKills(counts: readonly KillCount[]): string {
  const rows = counts.map(({ command, cache, phase, kills, places, problems }) =>
    [command, cache, phase, kills, places, problems.length].map(String),
  )
  const sum = (pick: (count: KillCount) => number): string =>
    String(counts.reduce((total, count) => total + pick(count), 0))
  return formatTable([
    ['command', 'cache', 'phase', 'kills', 'places', 'problems'],
    ...rows,
    [
      'all',
      '',
      '',
      sum(({ kills }) => kills),
      sum(({ places }) => places),
      sum(({ problems }) => problems.length),
    ],
  ])
}

export function formatFullDisks(counts: readonly FullDiskCount[]): string {
  const rows = counts.map(({ cache, sizes, full, problems }) =>
    [cache, sizes, full, problems.length].map(String),
  )
  return formatTable([['cache', 'sizes', 'too small', 'problems'], ...rows])
}
