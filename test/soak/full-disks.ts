import { syncOnDisk } from '../helpers/full-disk.ts'
import type { CacheState, SandboxTemplate } from '../helpers/sandbox.ts'

/** What came of syncs on disks with ever more room. */
export interface FullDiskCount {
  readonly cache: CacheState
  readonly sizes: number
  /** On so many it did not fit. */
  readonly full: number
  readonly problems: readonly string[]
}

/** What a cold sync of Python and pip takes is less; a bit more than that is tried too. */
const most = 176 * 1024 * 1024

/** Syncs on disks of `count` sizes, from nothing cached and from all downloaded. */
export async function soakFullDisks(
  template: SandboxTemplate,
  count: number,
  report: (line: string) => void,
): Promise<readonly FullDiskCount[]> {
  const counts: FullDiskCount[] = []
  for (const cache of ['cold', 'downloaded'] as const) {
    const problems: string[] = []
    let full = 0
    for (let size = 0; size < count; size++) {
      const bytes = Math.round((most * (size + 0.5)) / count / 4096) * 4096
      const done = await syncOnDisk(template, template.root, cache, bytes)
      full += done.hasFailed ? 1 : 0
      problems.push(...done.problems)
    }
    counts.push({ cache, sizes: count, full, problems })
    report(`${cache}: ${count} sizes of disk, ${full} of them too small`)
  }
  return counts
}
