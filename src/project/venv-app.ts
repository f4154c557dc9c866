import { realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'

import type { Context } from '../context.ts'
import { hasErrorCode, PyEmbedError } from '../errors.ts'
import { prefixLayout } from '../platform/layout.ts'
import { hostTarget, parseTarget } from '../platform/target.ts'
import type { FlagValues } from '../text/command-line.ts'
import { readApp } from '../venv/app-file.ts'
import { type AppPlace, findDataHome, placeApp } from '../venv/place.ts'
import { openProject } from './open.ts'
import { isInPlace, readInputs, readSyncState } from './sync-state.ts'

/** Which app environments are of. */
export interface AppOptions {
  /** Where the app is: its `pyembed-app.json` tells the rest. */
  readonly app?: string | undefined
  /** The app's Python, with `appName`. */
  readonly python?: string | undefined
  readonly appName?: string | undefined
  readonly appId?: string | undefined
  /** Instead of the user's data directory. */
  readonly dataHome?: string | undefined
  /** The folder of the manifest; default: the nearest above the working directory. */
  readonly project?: string | undefined
}

/**
 * Finds the app and its Python: by the app itself, by what is named, or by the project.
 * @throws PYEMBED_APP_UNKNOWN when nothing says which
 */
export async function findApp(context: Context, options: AppOptions): Promise<AppPlace> {
  const home = findDataHome(context.env, options.dataHome)
  const { app, python, appName, appId = '' } = options
  const flags = flagsOf(options)
  if (app !== undefined) {
    const found = readApp(app)
    return placeApp(found.app, found.base, home, flags)
  }
  if (python === undefined && appName === undefined) return placeProject(context, options, home)
  if (python === undefined || appName === undefined) {
    const missing = python === undefined ? '--python' : '--app-name'
    throw new PyEmbedError(
      'PYEMBED_APP_UNKNOWN',
      `\`${missing}\` is missing: together they say which app it is`,
      {
        hint: 'Give `--python PREFIX --app-name NAME`; or name the app with `--app PATH`',
      },
    )
  }
  const { findPythonBase } = await import('./python-base.ts')
  const { abi, ...base } = await findPythonBase(context, python)
  const identity = appId === '' ? base.prefix : appId
  return placeApp({ name: appName, id: appId, identity, path: base.prefix, abi }, base, home, flags)
}

/** The app of a project, before there is one: its folder stands for it. */
async function placeProject(
  { env }: Context,
  options: AppOptions,
  home: string,
): Promise<AppPlace> {
  const opened = requireProject(options.project)
  const state = readSyncState(opened)
  const result = state?.targets[hostTarget()]?.result
  const isSynced =
    state !== undefined &&
    result !== undefined &&
    'app' in state &&
    state.inputs.manifest === readInputs(opened).manifest &&
    isInPlace(result, opened, env.dataDir)
  if (!isSynced) {
    throw new PyEmbedError(
      'PYEMBED_NOT_SYNCED',
      `the Python of \`${opened.directory}\` is not in the store`,
      {
        hint: 'Run `pyembed sync`',
      },
    )
  }
  const { name, id } = state.app
  const layout = prefixLayout({ ...result.python, target: parseTarget(result.target) })
  const path = realpathSync.native(opened.directory)
  const prefix = realpathSync.native(result.prefix)
  const { pinId, python } = result
  return placeApp(
    { name, id, identity: id === '' ? path : id, path, abi: layout.abiTag },
    { executable: join(prefix, layout.executable), prefix, version: python.version, pinId },
    home,
    flagsOf(options),
  )
}

/** What is named, as it is found from another folder too. */
function flagsOf({ app, python, appName, appId, dataHome, project }: AppOptions): FlagValues {
  const byName = { '--python': absolute(python), '--app-name': appName, '--app-id': appId }
  const isNamed = python !== undefined || appName !== undefined
  return {
    ...(app !== undefined
      ? { '--app': resolve(app) }
      : isNamed
        ? byName
        : { '--project': absolute(project) }),
    '--data-home': absolute(dataHome),
  }
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path)
}

function requireProject(project: string | undefined): ReturnType<typeof openProject> {
  try {
    return openProject(project)
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_MANIFEST_NOT_FOUND')) throw error
    throw new PyEmbedError(
      'PYEMBED_APP_UNKNOWN',
      'nothing says which app it is: there is no `--app`, and no `pyembed.toml` in the working directory or above',
      {
        hint: 'Name the app with `--app PATH`, or its Python and itself with `--python PREFIX --app-name NAME`, or run this in the project',
      },
    )
  }
}
