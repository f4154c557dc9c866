import { findApp } from '../project/venv-app.ts'
import { requireVenvName } from '../venv/names.ts'
import { runInVenv } from '../venv/run.ts'
import type { Run } from './command.ts'
import { appOptions, nameOf, type VenvFlags } from './venv-options.ts'

export const run: Run<VenvFlags> = async (context, flags) => {
  requireVenvName(nameOf(flags))
  const place = await findApp(context, appOptions(flags))
  const exitCode = await runInVenv(context, place, nameOf(flags), flags.operands.slice(1))
  return { json: { exitCode }, text: '', exitCode }
}
