import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { verifyBundle } from '../bundle/verify.ts'
import { verifyFramework } from '../framework/verify.ts'
import { exitCodes } from '../reporter/reporter.ts'
import { formatColumns } from '../text/columns.ts'
import { formatCount } from '../text/count.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

export const run: Run<CommonFlags> = async ({ signal }, { operands }) => {
  const [bundle = ''] = operands
  const isApp = bundle.endsWith('.app') || existsSync(join(bundle, 'Contents'))
  const verification = await (isApp ? verifyBundle : verifyFramework)(bundle, signal)
  const { ok, files, problems } = verification
  const rows = problems.map(({ kind, path, detail }) => ['', kind, path, detail])
  const symbols =
    'symbols' in verification
      ? `; ${formatCount(verification.symbols.unchecked, 'symbol')} of macOS not looked up`
      : ''
  return {
    json: verification,
    text: ok
      ? `${bundle}: ${formatCount(files, 'file')}, sealed, signed and complete${symbols}`
      : `${bundle}: ${formatCount(problems.length, 'problem')}\n${formatColumns(rows)}`,
    exitCode: ok ? exitCodes.ok : exitCodes.failed,
  }
}
