import { posix } from 'node:path'

import type { MachoSlice } from '../binary/macho/macho.ts'
import type { MachoEdit } from '../binary/macho/edit-commands.ts'
import { executableName, versionFolder } from './layout.ts'

/** One name in a file's load commands that is another one now; `to` is undefined for a path that is gone. */
export interface LoaderEdit {
  /** Of the file, in the framework. */
  readonly path: string
  readonly kind: 'id' | 'load' | 'rpath'
  readonly from: string
  readonly to: string | undefined
}

/** What programs that link the framework look for: it, below any of their run-time paths. */
export const frameworkId = `@rpath/Python.framework/${versionFolder}/${executableName}`

/** Where dyld finds what belongs to macOS. */
const systemFolders = ['/usr/lib/', '/System/']

/** The prefix that a framework is made of. */
export interface FormerPrefix {
  /** Where libpython was: `lib/libpython3.14.dylib`. */
  readonly library: string
  readonly has: (path: string) => boolean
}

/**
 * What to change in the file at `path` of the folder that is sealed, so that dyld finds all that is in the framework
 * from where the file lies, wherever that is, and looks nowhere else.
 */
export function loaderEdits(
  path: string,
  { commands }: Pick<MachoSlice, 'commands'>,
  prefix: FormerPrefix,
): readonly LoaderEdit[] {
  return commands.flatMap((command): LoaderEdit | readonly LoaderEdit[] => {
    if (command.kind === 'rpath') {
      const { path: from } = command
      return !from.startsWith('@') && !isOfSystem(from)
        ? { path, kind: 'rpath', from, to: undefined }
        : []
    }
    if (command.kind !== 'dylib') return []
    const { role, name: from } = command
    const to = role === 'id' ? idOf(path, from) : loadedFrom(path, from, prefix)
    return to === from ? [] : { path, kind: role === 'id' ? 'id' : 'load', from, to }
  })
}

/** The same as the editor of load commands takes it. */
export function asMachoEdit(edits: readonly LoaderEdit[]): MachoEdit {
  const id = edits.find(({ kind }) => kind === 'id')?.to
  const loads = edits.filter(({ kind }) => kind === 'load')
  const unwanted = edits.filter(({ kind }) => kind === 'rpath')
  return {
    ...(id === undefined ? {} : { id }),
    dylibs: new Map(loads.map(({ from, to }) => [from, to ?? from])),
    rpaths: { delete: unwanted.map(({ from }) => from) },
  }
}

/** Names of build machines, such as `/install/lib/…` and `/DLC/…` (delocate), go. */
function idOf(path: string, name: string): string {
  if (path === executableName) return frameworkId
  return isElsewhere(name) ? `@rpath/${posix.basename(path)}` : name
}

function loadedFrom(path: string, name: string, prefix: FormerPrefix): string {
  const target = isLibpython(name, prefix.library) ? executableName : formerPath(name, prefix)
  if (target === undefined) return name
  return `@loader_path/${posix.relative(posix.dirname(path), target)}`
}

/**
 * libpython had several names in the course of time: `/install/lib/…`, `@executable_path/../lib/…`, `@rpath/…`; and
 * wheels that were linked to python.org’s framework want that of `/Library/Frameworks`.
 */
function isLibpython(name: string, library: string): boolean {
  if (isOfSystem(name)) return false
  const base = posix.basename(library)
  const [, minor = ''] = /^libpython(.+)\.dylib$/.exec(base) ?? []
  return (
    posix.basename(name) === base ||
    name.endsWith(`/Python.framework/Versions/${minor}/Python`) ||
    name.endsWith(frameworkId.slice('@rpath'.length))
  )
}

/** Where the build machine of PBS had the prefix, other libraries had names, too. */
function formerPath(name: string, { has }: FormerPrefix): string | undefined {
  const path = name.startsWith('/install/') ? name.slice('/install/'.length) : undefined
  return path !== undefined && has(path) ? path : undefined
}

/** Neither relative to a place that dyld knows (`@loader_path`) nor of macOS. A bare name finds nothing. */
export function isElsewhere(name: string): boolean {
  return name.includes('/') && !name.startsWith('@') && !isOfSystem(name)
}

export function isOfSystem(name: string): boolean {
  // `..` leads out of them.
  if (name.split('/').includes('..')) return false
  return systemFolders.some((folder) => `${name}/`.startsWith(folder))
}
