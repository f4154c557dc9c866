import { findApp } from '../project/venv-app.ts'
import { lookAt } from '../venv/look.ts'
import { requireVenvName } from '../venv/names.ts'
import type { Run } from './command.ts'
import { appOptions, nameOf, venvJson, type VenvFlags } from './venv-options.ts'

export const run: Run<VenvFlags> = async (context, flags) => {
  const name = nameOf(flags)
  requireVenvName(name)
  const place = await findApp(context, appOptions(flags))
  const found = lookAt(place, name)
  const venv =
    found.state === 'ready'
      ? found.venv
      : await (await import('./venv-lean.ts')).requireVenv(context, place, name)
  return { json: { ...venvJson(place, venv), created: false }, text: venv.path }
}
