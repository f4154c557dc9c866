import { verifyProject } from '../project/verify-project.ts'
import { exitCodes } from '../reporter/reporter.ts'
import { formatColumns } from '../text/columns.ts'
import type { Run } from './command.ts'
import { type CommonFlags, projectOptions, type TargetFlags } from './options.ts'

export const run: Run<CommonFlags & TargetFlags> = async (context, flags) => {
  const verifications = await verifyProject(context, projectOptions(flags))
  const text = verifications.map(({ pinId, files, problems, notes }) => {
    const byteCode =
      notes.length === 0 ? '' : ` (and ${notes.length} byte-code files that Python wrote)`
    if (problems.length === 0) return `${pinId}: ${files} files are as installed${byteCode}`
    const rows = problems.map(({ kind, path }) => ['', kind, path])
    return `${pinId}: ${problems.length} of ${files} files are not as installed${byteCode}\n${formatColumns(rows)}`
  })
  const isOk = verifications.every(({ ok }) => ok)
  return {
    json: verifications.length === 1 ? verifications[0] : verifications,
    text: text.join('\n'),
    exitCode: isOk ? exitCodes.ok : exitCodes.failed,
  }
}
