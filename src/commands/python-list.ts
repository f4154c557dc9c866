import { hostTarget } from '../platform/target.ts'
import { listPythons } from '../releases/list.ts'
import { formatColumns } from '../text/columns.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

interface Flags extends CommonFlags {
  readonly target?: string
  readonly allTargets?: boolean
  readonly allBuilds?: boolean
}

export const run: Run<Flags> = async (context, { target, allTargets, allBuilds }) => {
  const wanted = allTargets === true ? undefined : (target ?? hostTarget())
  const pythons = await listPythons(context, { target: wanted, isAllBuilds: allBuilds })
  const rows = pythons.map(({ version, build, variant, targets }) => [
    version,
    build,
    variant,
    wanted ?? `${targets.length} targets`,
  ])
  return { json: pythons, text: rows.length === 0 ? 'No Python is known' : formatColumns(rows) }
}
