import { findSynced } from '../project/sync-state.ts'
import type { Run } from './command.ts'
import { type CommonFlags, projectOptions, type TargetFlags } from './options.ts'

export const run: Run<CommonFlags & TargetFlags> = async (context, flags) => {
  const options = projectOptions(flags)
  const known = findSynced(context.env.dataDir, options)
  if (known !== undefined) {
    const pins = known.map(({ pinId }) => pinId).join(', ')
    return { json: oneOrAll(known), text: `Up to date: ${pins}` }
  }
  const { syncProject } = await import('./cold.ts')
  const { results } = await syncProject(context, options)
  const lines = results.map(({ pinId, packages, prefix }) => {
    const installed = packages.map(({ name, version }) => `${name} ${version}`).join(', ')
    return `${pinId}\n  with ${installed}\n  in ${prefix}`
  })
  return { json: oneOrAll(results), text: lines.join('\n') }
}

function oneOrAll<T>(results: readonly T[]): T | readonly T[] | undefined {
  return results.length === 1 ? results[0] : results
}
