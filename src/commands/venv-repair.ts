import { findApp } from '../project/venv-app.ts'
import { repairVenv } from '../venv/repair.ts'
import type { Run } from './command.ts'
import { appOptions, nameOf, venvJson, type VenvFlags } from './venv-options.ts'

const results = { nothing: 'is whole', files: 'is whole again', rebuilt: 'was made anew' } as const

export const run: Run<VenvFlags> = async (context, flags) => {
  const place = await findApp(context, appOptions(flags))
  const { venv, repaired } = await repairVenv(context, place, nameOf(flags))
  return {
    json: { ...venvJson(place, venv), repaired },
    text: `${venv.path} ${results[repaired]}`,
  }
}
