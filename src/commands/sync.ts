import { syncProject } from '../project/sync-project.ts'
import type { Run } from './command.ts'
import { type CommonFlags, projectOptions, type TargetFlags } from './options.ts'

export const run: Run<CommonFlags & TargetFlags> = async (context, flags) => {
  const { results, hasChanged } = await syncProject(context, projectOptions(flags))

  const lines = results.map(({ pinId, packages, prefix }) => {
    const installed = packages.map(({ name, version }) => `${name} ${version}`).join(', ')
    return `${pinId}\n  with ${installed}\n  in ${prefix}`
  })
  const text = hasChanged
    ? lines.join('\n')
    : `Up to date: ${results.map(({ pinId }) => pinId).join(', ')}`
  return { json: results.length === 1 ? results[0] : results, text }
}
