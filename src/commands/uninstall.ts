import { resolve } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import { measureDiskUse } from '../fs/disk-use.ts'
import { findVenvs } from '../project/venv-entries.ts'
import { readRoots } from '../store/roots.ts'
import { uninstall } from '../store/uninstall.ts'
import { formatCommand } from '../text/command-line.ts'
import { formatSize } from '../text/size.ts'
import { measure, removedPaths, removeVenvs } from '../venv/prune.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'
import { removalRows } from './removals.ts'

interface Flags extends CommonFlags {
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly venvs?: boolean
  readonly dataHome?: string
}

export const run: Run<Flags> = async (context, { dryRun, yes, venvs, dataHome }) => {
  const { env } = context
  if (dryRun === true && yes === true) {
    throw new PyEmbedError('PYEMBED_USAGE', '`--dry-run` and `--yes` exclude each other', {
      hint: 'Run `pyembed uninstall` to see what would go, `pyembed uninstall --yes` to remove it',
    })
  }
  const roots = await readRoots(env.dataDir, () => undefined)
  const found = (venvs === true ? findVenvs(env, dataHome) : [])
    .filter(({ record }) => record !== undefined)
    .map(measure)
  const plan = await uninstall(env, { isDryRun: true, also: removedPaths(found) })
  const { removed: goneVenvs, kept } =
    yes === true ? await removeVenvs(context, found) : { removed: found, kept: [] }
  const { isDryRun, removed } = yes === true ? await uninstall(env, { isDryRun: false }) : plan
  const freedBytes =
    plan.freedBytes - measureDiskUse(removedPaths(kept.map(({ venv }) => venv))).freed
  const living = roots.filter(({ isGone }) => !isGone).map(({ project }) => project)
  const projects = [...new Set(living)]
  const users = projects.map((project) => `Used by ${project}`)
  const venvLines = [
    ...goneVenvs.map(({ path, sizeBytes }) => `environment  ${formatSize(sizeBytes)}  ${path}`),
    ...kept.map(({ reason }) => `Kept: ${reason}`),
  ]
  const flags = {
    '--yes': true,
    '--venvs': venvs === true ? true : undefined,
    '--data-home': dataHome === undefined ? undefined : resolve(dataHome),
  } as const
  const end = isDryRun
    ? `Nothing was removed. To remove ${formatSize(freedBytes)}, run: ${formatCommand(['uninstall'], flags)}`
    : `Freed ${formatSize(freedBytes)}`
  return {
    json: {
      dryRun: isDryRun,
      removed,
      freedBytes,
      projects,
      venvs: goneVenvs.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
    },
    text:
      removed.length === 0 && found.length === 0
        ? 'There is nothing of pyembed outside projects'
        : [removalRows(removed), ...venvLines, ...users, end]
            .filter((line) => line !== '')
            .join('\n'),
  }
}
