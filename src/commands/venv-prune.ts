import { formatColumns } from '../text/columns.ts'
import { formatCommand } from '../text/command-line.ts'
import { formatSize } from '../text/size.ts'
import { findDataHome } from '../venv/place.ts'
import { defaultDays, pruneVenvs } from '../venv/prune.ts'
import type { Run } from './command.ts'
import { parseDays, type VenvFlags } from './venv-options.ts'

interface Flags extends VenvFlags {
  readonly olderThan?: string
  readonly yes?: boolean
}

export const run: Run<Flags> = async (context, { olderThan, yes, dataHome }) => {
  const home = findDataHome(context.env, dataHome)
  const isDryRun = yes !== true
  const olderThanDays = olderThan === undefined ? undefined : parseDays(olderThan, 'venv prune')
  const { removed, kept } = await pruneVenvs(context, home, { olderThanDays, isDryRun })
  const rows = removed.map(({ app, name, sizeBytes, lastUsed, path }) => [
    app,
    name,
    formatSize(sizeBytes),
    `last used ${lastUsed.toISOString().slice(0, 10)}`,
    path,
  ])
  const flags = {
    '--yes': true,
    '--older-than': olderThan,
    '--data-home': dataHome === undefined ? undefined : home,
  } as const
  const end = isDryRun
    ? `Nothing was removed. To remove this, run: ${formatCommand(['venv', 'prune'], flags)}`
    : 'Removed'
  const lines = [
    ...(rows.length === 0 ? [] : [formatColumns(rows), end]),
    ...kept.map(({ reason }) => `Kept: ${reason}`),
  ]
  return {
    json: {
      dryRun: isDryRun,
      removed: removed.map(({ app, key, name, path, sizeBytes, lastUsed }) => ({
        app,
        key,
        name,
        path,
        sizeBytes,
        lastUsed: lastUsed.toISOString(),
      })),
      kept: kept.map(({ venv, reason }) => ({ path: venv.path, reason })),
    },
    text:
      lines.length === 0
        ? `No app is gone whose environments were not used for ${olderThanDays ?? defaultDays} days`
        : lines.join('\n'),
  }
}
