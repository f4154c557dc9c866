import { fixupApp, planAppSigning } from '../project/fixup-app.ts'
import { exitCodes } from '../reporter/reporter.ts'
import { formatColumns } from '../text/columns.ts'
import { formatCount } from '../text/count.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

interface Flags extends CommonFlags {
  readonly entitlements?: string
  readonly signPlan?: boolean
}

export const run: Run<Flags> = async (context, { operands, entitlements, signPlan }) => {
  const [app = ''] = operands
  if (signPlan === true) {
    const plan = planAppSigning({ app, entitlements })
    return { json: plan, text: JSON.stringify(plan, undefined, 2) }
  }
  const fixed = await fixupApp(context, { app, entitlements })
  const { ok, files, edits, written, problems, signed } = fixed
  const changes = edits.map(({ path, kind, from, to }) => [
    '',
    path,
    kind,
    kind === 'link' ? '' : from,
    '->',
    to ?? 'removed',
  ])
  const wrong = problems.map(({ kind, path, detail }) => ['', kind, path, detail])
  const head = `${app}: ${formatCount(files, 'file')}, ${written.length} written${signed > 0 ? `, ${signed} signed` : ''}`
  const lines = [
    ok ? head : `${head}, ${formatCount(problems.length, 'problem')}`,
    ...(changes.length > 0 ? [formatColumns(changes)] : []),
    ...(wrong.length > 0 ? [formatColumns(wrong)] : []),
  ]
  return { json: fixed, text: lines.join('\n'), exitCode: ok ? exitCodes.ok : exitCodes.failed }
}
