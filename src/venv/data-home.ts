import type { OperatingSystem } from '../platform/target.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Where the environments of all apps are, by the conventions of the system; undefined when it names no place.
 * `home` is the user's directory, undefined when there is none.
 */
export function dataHome(
  system: OperatingSystem,
  variables: Variables,
  home: string | undefined,
): string | undefined {
  const inHome = (path: string): string | undefined =>
    home === undefined ? undefined : joinPath(system, withoutEnd(system, home), path)
  const candidates = {
    linux: [variables['XDG_DATA_HOME'], inHome('.local/share')],
    macos: [inHome('Library/Application Support')],
    windows: [variables['LOCALAPPDATA'], inHome('AppData\\Local')],
  }[system]
  const isAbsolute = system === 'windows' ? /^(?:[A-Za-z]:[\\/]|[\\/]{2}[^\\/])/ : /^\//
  const found = candidates.find((path) => path !== undefined && isAbsolute.test(path))
  return found === undefined ? undefined : withoutEnd(system, found)
}

/** Without separators at its end; those of a root stay. */
function withoutEnd(system: OperatingSystem, path: string): string {
  if (system !== 'windows') return path.replace(/\/+$/, '') || '/'
  const trimmed = path.replaceAll('/', '\\').replace(/\\+$/, '')
  return /^[A-Za-z]:$/.test(trimmed) ? `${trimmed}\\` : trimmed
}

/** The path of a file of an environment, as its layout names it, with `/`. */
export function fileIn(system: OperatingSystem, venv: string, file: string): string {
  return joinPath(system, venv, system === 'windows' ? file.replaceAll('/', '\\') : file)
}

/** Joins by one separator and changes nothing else, as C++ does: `..` behind a link is the system's to resolve. */
export function joinPath(system: OperatingSystem, directory: string, ...parts: string[]): string {
  const separator = system === 'windows' ? '\\' : '/'
  const start = directory.endsWith(separator) ? directory.slice(0, -1) : directory
  return parts.reduce((path, part) => path + separator + part, start)
}
