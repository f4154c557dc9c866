import { entriesOfVenvs } from '../project/venv-entries.ts'
import { pruneStore } from '../store/prune.ts'
import { formatSize } from '../text/size.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'
import { removalRows } from './removals.ts'
import { parseDays } from './venv-options.ts'

interface Flags extends CommonFlags {
  readonly dryRun?: boolean
  readonly olderThan?: string
}

export const run: Run<Flags> = async ({ env }, { dryRun, olderThan }) => {
  const olderThanDays = olderThan === undefined ? undefined : parseDays(olderThan, 'store prune')
  const { isDryRun, removed, freedBytes } = await pruneStore(env, {
    isDryRun: dryRun,
    olderThanDays,
    alsoUsed: () => entriesOfVenvs(env),
  })
  const end = isDryRun ? 'Would free' : 'Freed'
  return {
    json: { dryRun: isDryRun, removed, freedBytes },
    text:
      removed.length === 0
        ? 'Nothing to remove'
        : `${removalRows(removed)}\n${end} ${formatSize(freedBytes)}`,
  }
}
