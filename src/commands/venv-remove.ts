import { dirname } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import { findApp } from '../project/venv-app.ts'
import { formatCommand } from '../text/command-line.ts'
import { hostSystem } from '../venv/app.ts'
import { listVenvs } from '../venv/list.ts'
import { venvPath } from '../venv/look.ts'
import { folderName } from '../venv/names.ts'
import { findDataHome } from '../venv/place.ts'
import { removeVenv } from '../venv/remove.ts'
import type { Run } from './command.ts'
import { appOptions, nameOf, type VenvFlags } from './venv-options.ts'

interface Flags extends VenvFlags {
  readonly key?: string
}

export const run: Run<Flags> = async (context, flags) => {
  const name = nameOf(flags)
  if (flags.key !== undefined) return removeByKey(context, flags, flags.key)
  const place = await findApp(context, appOptions(flags))
  const removed = await removeVenv(context, place, name)
  return describe({
    app: place.app.name,
    key: place.key,
    name,
    path: venvPath(place, name),
    removed,
  })
}

/** Of an app that is gone, or of another one. */
async function removeByKey(context: Parameters<Run<Flags>>[0], flags: Flags, key: string) {
  const name = nameOf(flags)
  const { appName, dataHome } = flags
  const folder = appName === undefined ? undefined : folderName(appName)
  const home = findDataHome(context.env, dataHome)
  const [venv, ...others] = listVenvs(home, folder).filter(
    (each) => each.key === key && each.name === name,
  )
  if (venv !== undefined && others.length > 0) {
    // An app with an id that has another name now has the same key.
    throw new PyEmbedError(
      'PYEMBED_USAGE',
      `there is a \`${name}\` with key \`${key}\` of ${[venv, ...others].map(({ app }) => `\`${app}\``).join(' and ')}`,
      { hint: 'Say which by `--app-name NAME`, too' },
    )
  }
  if (venv === undefined) {
    throw new PyEmbedError(
      'PYEMBED_VENV_NOT_FOUND',
      `there is no \`${name}\` with key \`${key}\``,
      {
        hint: `Run \`${formatCommand(['venv', 'list', '--json'], { '--data-home': dataHome === undefined ? undefined : home })}\`, which shows names and keys`,
      },
    )
  }
  const { app, path } = venv
  const removed = await removeVenv(
    context,
    { system: hostSystem(), directory: dirname(path) },
    name,
  )
  return describe({ app, key, name, path, removed })
}

function describe(result: {
  app: string
  key: string
  name: string
  path: string
  removed: boolean
}) {
  return { json: result, text: `${result.removed ? 'Removed' : 'Not there:'} ${result.path}` }
}
