import { verifyFramework } from '../framework/verify.ts'
import { exitCodes } from '../reporter/reporter.ts'
import { formatColumns } from '../text/columns.ts'
import { formatCount } from '../text/count.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

export const run: Run<CommonFlags> = async ({ signal }, { operands }) => {
  const [framework = ''] = operands
  const verification = await verifyFramework(framework, signal)
  const { ok, files, problems } = verification
  const rows = problems.map(({ kind, path, detail }) => ['', kind, path, detail])
  return {
    json: verification,
    text: ok
      ? `${framework}: ${formatCount(files, 'file')}, sealed, signed and complete`
      : `${framework}: ${formatCount(problems.length, 'problem')}\n${formatColumns(rows)}`,
    exitCode: ok ? exitCodes.ok : exitCodes.failed,
  }
}
