import { type ProjectVerification, verifyProject } from '../project/verify-project.ts'
import { exitCodes } from '../reporter/reporter.ts'
import type { Problem } from '../store/verify.ts'
import { formatColumns } from '../text/columns.ts'
import { formatCount } from '../text/count.ts'
import type { Run } from './command.ts'
import { type CommonFlags, projectOptions, type TargetFlags } from './options.ts'

interface Flags extends CommonFlags, TargetFlags {
  readonly strict?: boolean
  readonly repair?: boolean
}

export const run: Run<Flags> = async (context, flags) => {
  const options = { ...projectOptions(flags), isStrict: flags.strict, isRepair: flags.repair }
  const verifications = await verifyProject(context, options)
  const isOk = verifications.every(({ ok }) => ok)
  return {
    json: verifications.length === 1 ? verifications[0] : verifications,
    text: verifications.map(describe).join('\n'),
    exitCode: isOk ? exitCodes.ok : exitCodes.failed,
  }
}

function describe({ pinId, files, problems, notes, repaired }: ProjectVerification): string {
  const byteCode =
    notes.length === 0 ? '' : ` (and ${notes.length} byte-code files that Python wrote)`
  const done =
    repaired.length === 0
      ? ''
      : `${pinId}: repaired ${formatCount(repaired.length, 'file')}${list(repaired)}\n`
  if (problems.length === 0) return `${done}${pinId}: ${files} files are as installed${byteCode}`
  return `${done}${pinId}: ${problems.length} of ${files} files are not as installed${byteCode}${list(problems)}\nPut them back with: pyembed verify --repair`
}

function list(problems: readonly Problem[]): string {
  return `\n${formatColumns(problems.map(({ kind, path }) => ['', kind, path]))}`
}
