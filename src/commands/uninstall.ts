import { PyEmbedError } from '../errors.ts'
import { readRoots } from '../store/roots.ts'
import { uninstall } from '../store/uninstall.ts'
import { formatSize } from '../text/size.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'
import { removalRows } from './removals.ts'

interface Flags extends CommonFlags {
  readonly dryRun?: boolean
  readonly yes?: boolean
}

export const run: Run<Flags> = async ({ env }, { dryRun, yes }) => {
  if (dryRun === true && yes === true) {
    throw new PyEmbedError('PYEMBED_USAGE', '`--dry-run` and `--yes` exclude each other', {
      hint: 'Run `pyembed uninstall` to see what would go, `pyembed uninstall --yes` to remove it',
    })
  }
  const roots = await readRoots(env.dataDir, () => undefined)
  const { isDryRun, removed, freedBytes } = await uninstall(env, { isDryRun: yes !== true })
  const living = roots.filter(({ isGone }) => !isGone).map(({ project }) => project)
  const projects = [...new Set(living)]
  const users = projects.map((project) => `Used by ${project}`)
  const end = isDryRun
    ? `Nothing was removed. To remove ${formatSize(freedBytes)}, run: pyembed uninstall --yes`
    : `Freed ${formatSize(freedBytes)}`
  return {
    json: { dryRun: isDryRun, removed, freedBytes, projects },
    text:
      removed.length === 0
        ? 'There is nothing of pyembed outside projects'
        : [removalRows(removed), ...users, end].join('\n'),
  }
}
