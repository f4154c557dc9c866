import { findApp } from '../project/venv-app.ts'
import { adoptVenvs } from '../venv/adopt.ts'
import type { Run } from './command.ts'
import { appOptions, nameOf, type VenvFlags } from './venv-options.ts'

export const run: Run<VenvFlags> = async (context, flags) => {
  const place = await findApp(context, appOptions(flags))
  const { adopted, left } = await adoptVenvs(context, place, nameOf(flags))
  const lines = [
    ...adopted.map((name) => `Adopted ${name}`),
    ...left.map(({ name, reason }) => `Left ${name}: ${reason}`),
  ]
  return {
    json: { app: place.app.name, key: place.key, adopted, left },
    text: lines.join('\n'),
    exitCode: left.length === 0 ? 0 : 1,
  }
}
