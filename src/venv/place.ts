import { existsSync, readdirSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, resolve } from 'node:path'

import type { Environment } from '../env.ts'
import { PyEmbedError } from '../errors.ts'
import type { OperatingSystem } from '../platform/target.ts'
import type { FlagValues } from '../text/command-line.ts'
import { type App, type Base, hostSystem } from './app.ts'
import { requireOneLine } from './cfg.ts'
import { dataHome, joinPath } from './data-home.ts'
import { venvKey } from './key.ts'
import { folderName } from './names.ts'
import { readThere } from './read-there.ts'
import { appFileName, parseApp } from './record.ts'

/** An app, its Python, and where its environments for that Python are. */
export interface AppPlace {
  readonly system: OperatingSystem
  readonly app: App
  readonly base: Base
  readonly dataHome: string
  readonly key: string
  /** `<data home>/<App>_venvs/<KEY>` */
  readonly directory: string
  /** By what flags of the command line it is found, wherever one is; hints repeat them. */
  readonly flags: FlagValues
}

/** Where the environments of all apps are. @throws PYEMBED_HOME_UNKNOWN */
export function findDataHome({ variables }: Environment, chosen: string | undefined): string {
  if (chosen !== undefined) return resolve(chosen)
  const system = hostSystem()
  const found = dataHome(system, variables, userHome(system, variables))
  if (found !== undefined) return found
  throw new PyEmbedError(
    'PYEMBED_HOME_UNKNOWN',
    'the user has no home directory, where environments are',
    {
      hint: 'Set `HOME`, or on Linux `XDG_DATA_HOME`, to an absolute path; or name a folder with `--data-home`',
    },
  )
}

/** @throws PYEMBED_PATH_UNSUPPORTED when `pyvenv.cfg` cannot name the base */
export async function placeApp(
  app: App,
  base: Base,
  home: string,
  flags: FlagValues,
): Promise<AppPlace> {
  requireOneLine('the Python', base.executable)
  requireOneLine('the data directory', home)
  const key = await venvKey(app.identity, app.abi)
  const system = hostSystem()
  const directory = joinPath(system, home, folderName(app.name), key)
  return { system, app, base, dataHome: home, key, directory, flags }
}

/** Another folder of an app of the same name. */
export interface OtherKey {
  readonly key: string
  readonly directory: string
  /** Undefined when it has no readable app.json. */
  readonly app: App | undefined
}

/** What else is there of apps with this app's name: for other Pythons, or of the app before it moved. */
export function otherKeys({ system, app, dataHome: home, key }: AppPlace): readonly OtherKey[] {
  const folder = joinPath(system, home, folderName(app.name))
  return listDirectory(folder)
    .filter((name) => name !== key && !name.startsWith('.'))
    .map((name) => {
      const directory = joinPath(system, folder, name)
      const text = readThere(joinPath(system, directory, appFileName))?.text
      return { key: name, directory, app: text === undefined ? undefined : parseApp(text) }
    })
}

/** Whether an app that has no id is no longer where it was. */
export function isGone({ id, path }: App): boolean {
  return id === '' && !existsSync(path)
}

/** The names in a folder; none when there is no such folder. */
export function listDirectory(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function userHome(
  system: OperatingSystem,
  variables: Environment['variables'],
): string | undefined {
  const named = system === 'windows' ? variables['USERPROFILE'] : variables['HOME']
  if (named !== undefined && isAbsolute(named)) return named
  return [homedir, () => userInfo().homedir].map(attempt).find((path) => isAbsolute(path))
}

/** Users without an entry in the system's database have none. */
function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
