import { PyEmbedError } from '../errors.ts'
import { findApp } from '../project/venv-app.ts'
import { createVenv } from '../venv/create.ts'
import type { Run } from './command.ts'
import { appOptions, nameOf, venvJson, type VenvFlags } from './venv-options.ts'

interface Flags extends VenvFlags {
  readonly inherit?: string
}

export const run: Run<Flags> = async (context, flags) => {
  const { inherit } = flags
  if (inherit !== undefined && inherit !== 'base' && inherit !== 'none') {
    throw new PyEmbedError('PYEMBED_USAGE', `\`--inherit\` has \`${inherit}\``, {
      hint: '`base`: it sees the packages of the app; `none`: it does not',
    })
  }
  const place = await findApp(context, appOptions(flags))
  const { venv, isCreated } = await createVenv(context, place, nameOf(flags), { inherit })
  return {
    json: { ...venvJson(place, venv), created: isCreated },
    text: isCreated ? `Created ${venv.path}` : `Already there: ${venv.path}`,
  }
}
