import { checkBuild } from '../check/check-build.ts'
import type { CheckReport } from '../check/report.ts'
import { exitCodes } from '../reporter/reporter.ts'
import { formatColumns } from '../text/columns.ts'
import { formatCount } from '../text/count.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

interface Flags extends CommonFlags {
  readonly allow?: readonly string[]
}

export const run: Run<Flags> = async (context, { operands: [build = '.'], allow }) => {
  const report = await checkBuild(context, { build, allow })
  for (const text of report.notes) context.emit({ kind: 'note', text })
  return {
    json: report,
    text: describe(report),
    exitCode: report.ok ? exitCodes.ok : exitCodes.failed,
  }
}

function describe({ pinId, pythons, problems, nested, ...counts }: CheckReport): string {
  const looked = [
    formatCount(counts.targets, 'target'),
    formatCount(counts.includes, 'include directory', 'include directories'),
    formatCount(counts.links, 'library linked', 'libraries linked'),
    formatCount(counts.binaries, 'binary', 'binaries'),
    formatCount(counts.cacheEntries, 'cache entry', 'cache entries'),
    ...(nested.length === 0 ? [] : [`with ${formatCount(nested.length, 'further build')}`]),
  ].join(', ')
  const found = formatColumns(
    pythons.map(({ owner, kind, uses, path }) => ['', owner, `${uses}×`, kind, path]),
  )
  const head = `Looked at ${looked}\n${found}`
  if (problems.length === 0)
    return `${head}\n${pinId}: every Python in this build is the pinned one`
  const list = problems.map(({ kind, where, path, detail }) => ['', kind, where, path, detail])
  return `${head}\nIn ${formatCount(problems.length, 'place')} this build uses another Python than ${pinId}:\n${formatColumns(list)}`
}
