import { PyEmbedError } from '../errors.ts'
import { pruneStore } from '../store/prune.ts'
import { formatSize } from '../text/size.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'
import { removalRows } from './removals.ts'

interface Flags extends CommonFlags {
  readonly dryRun?: boolean
  readonly olderThan?: string
}

export const run: Run<Flags> = async ({ env }, { dryRun, olderThan }) => {
  const olderThanDays = olderThan === undefined ? undefined : parseDays(olderThan)
  const { isDryRun, removed, freedBytes } = await pruneStore(env, {
    isDryRun: dryRun,
    olderThanDays,
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

function parseDays(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text)
  throw new PyEmbedError('PYEMBED_USAGE', `\`--older-than\` has \`${text}\`, no number of days`, {
    hint: 'Run `pyembed store prune --older-than 30`',
  })
}
