import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { abiTag, type App, appPath, type Base, hostSystem } from './app.ts'
import { readThere } from './read-there.ts'

const name = 'pyembed-app.json'

/** So many folders above the executable may hold it, as for `pyembed::find_home`. */
const parents = 4

/** An app and its Python, by what the app is shipped with. */
export interface FoundApp {
  readonly app: App
  readonly base: Base
}

/**
 * The app at a path: its executable, the folder of that, its bundle, or its `pyembed-app.json`.
 * @throws PYEMBED_APP_FILE_INVALID
 */
export function readApp(path: string): FoundApp {
  const start = startOf(path)
  const file = findAppFile(start)
  const { name: appName, id, prefix, version, pinId } = readMembers(file)
  const system = hostSystem()
  const abi = abiTag({ version, pinId })
  const directory = join(dirname(file), prefix)
  const executable = join(directory, interpreterPath(abi))
  if (!existsSync(executable)) {
    throw invalid(file, `its Python has no \`${executable}\``)
  }
  const place = appPath(system, join(start, 'app'))
  const real = realpathSync.native(directory)
  return {
    app: { name: appName, id, identity: id === '' ? place : id, path: place, abi },
    base: { executable: join(real, interpreterPath(abi)), prefix: real, version, pinId },
  }
}

/** The interpreter of a prefix, relative to it. */
export function interpreterPath(abi: string): string {
  if (hostSystem() === 'windows') return 'python.exe'
  return `bin/python3.${abi.slice('cp3'.length)}`
}

/** The canonical folder that holds the executable. */
function startOf(path: string): string {
  let real: string
  try {
    real = realpathSync.native(path)
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) throw error
    throw new PyEmbedError('PYEMBED_APP_FILE_INVALID', `there is no \`${path}\``, {
      hint: 'Name the executable of the app, or its folder, with `--app`',
    })
  }
  if (!statSync(real).isDirectory()) return dirname(real)
  const inBundle = join(real, 'Contents', 'MacOS')
  return existsSync(inBundle) ? inBundle : real
}

function findAppFile(start: string): string {
  let directory = start
  for (let level = 0; level <= parents; level++) {
    const file = placesIn(directory).find((place) => existsSync(place))
    if (file !== undefined) return file
    directory = dirname(directory)
  }
  throw new PyEmbedError(
    'PYEMBED_APP_FILE_INVALID',
    `there is no \`${name}\` in \`${start}\` or the ${parents} folders above`,
    {
      hint: 'Install it with the app, or run its build; or name the Python and the app with `--python` and `--app-name`',
    },
  )
}

/** In a bundle of macOS nothing lies in `Contents` itself, which is not sealed there. */
function placesIn(directory: string): readonly string[] {
  const beside = join(directory, name)
  return basename(directory) === 'Contents'
    ? [beside, join(directory, 'Resources', name)]
    : [beside]
}

interface Members {
  readonly name: string
  /** Empty unless the app declares one. */
  readonly id: string
  readonly prefix: string
  readonly version: string
  readonly pinId: string
}

/** `wrong`: the member that is not as it has to be, or `JSON`. */
type ParsedAppFile =
  | { readonly members: Members; readonly wrong?: undefined }
  | { readonly wrong: string }

function readMembers(file: string): Members {
  const parsed = parseAppFile(readThere(file)?.text ?? '')
  if (parsed.wrong === undefined) return parsed.members
  throw invalid(
    file,
    parsed.wrong === 'JSON' ? 'it is no JSON object in UTF-8' : `its \`${parsed.wrong}\` is wrong`,
  )
}

const rules: Readonly<Record<keyof Members, RegExp>> = {
  name: /./s,
  id: /^/,
  // Relative, on every system.
  prefix: /^(?![\\/]|[A-Za-z]:)./s,
  version: /^3\.\d+\./,
  pinId: /./s,
}

/** `pyembed-app.json`; members that are not known may be anything (docs/venv-contract.md, Which app). */
export function parseAppFile(text: string): ParsedAppFile {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    return { wrong: 'JSON' }
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return { wrong: 'JSON' }
  const members: Readonly<Record<string, unknown>> = { id: '', ...data }
  const keys = Object.keys(rules) as (keyof Members)[]
  const wrong = keys.find((key) => {
    const value = members[key]
    return typeof value !== 'string' || !rules[key].test(value)
  })
  if (wrong !== undefined) return { wrong }
  const known = Object.fromEntries(keys.map((key) => [key, members[key]]))
  return { members: known as unknown as Members }
}

function invalid(file: string, reason: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_APP_FILE_INVALID', `\`${file}\` is damaged: ${reason}`, {
    hint: 'Configure the build of the app again, or reinstall the app',
  })
}
