import { posix } from 'node:path'

import { architectureOf } from '../binary/macho/architecture.ts'
import type { DylibCommand } from '../binary/macho/commands.ts'
import type { MachoEdit } from '../binary/macho/edit-commands.ts'
import type { MachoSlice } from '../binary/macho/macho.ts'
import { isElsewhere, isOfSystem } from '../framework/loader-paths.ts'
import { type Chain, findLibrary } from './find-library.ts'
import { findSuccessor } from './successor.ts'
import { type BundlePython, meansPython, shortFile } from './python.ts'
import type { BundleTree } from './tree.ts'

/** What decides the loader paths of a file. */
export interface Surroundings {
  readonly tree: BundleTree
  readonly python: BundlePython
  /** The program that loads a file: of the innermost app that it is in, or the file itself. */
  readonly programOf: (path: string) => string
  /** What extension modules load: it must be found without the app’s own program. */
  readonly imported: ReadonlySet<string>
  /** Whether a link to Python may be made beside a file, for want of room. */
  readonly mayLink: (path: string) => boolean
}

/** By which a file without room finds Python, over a link beside it: no name of libpython is shorter. */
export const aliasName = '@loader_path/Python'

/**
 * What to change in a slice of the file at `path`, so that dyld finds all that is in the app from where the file lies,
 * whoever loads it, and looks nowhere else. Of names the later are the shorter ones.
 */
export function loaderEdit(around: Surroundings, path: string, slice: MachoSlice): MachoEdit {
  const dylibs = new Map<string, readonly string[]>()
  let id: string | undefined
  for (const command of slice.commands) {
    if (command.kind !== 'dylib') continue
    if (command.role === 'id') id = idOf(around, path, command)
    else if (!isOfSystem(command.name)) {
      const names = namesOf(around, path, architectureOf(slice), command)
      if (names !== undefined) dylibs.set(command.name, names)
    }
  }
  const unwanted = slice.commands.flatMap((each) =>
    each.kind === 'rpath' && !each.path.startsWith('@') && !isOfSystem(each.path)
      ? [each.path]
      : [],
  )
  return { ...(id === undefined ? {} : { id }), dylibs, rpaths: { delete: unwanted } }
}

/** Names of build machines go; what is linked later finds the library by run-time paths. */
function idOf({ python }: Surroundings, path: string, { name }: DylibCommand): string | undefined {
  if (path === python.file || !isElsewhere(name)) return undefined
  const inFramework = /([^/]+\.framework\/.*)$/.exec(path)?.[1]
  return `@rpath/${inFramework ?? posix.basename(path)}`
}

/** Undefined where the name may stay. */
function namesOf(
  { tree, python, programOf, imported, mayLink }: Surroundings,
  path: string,
  arch: string,
  { name }: DylibCommand,
): readonly string[] | undefined {
  const from = (target: string): string =>
    `@loader_path/${posix.relative(posix.dirname(path), target)}`
  const program = programOf(path)
  const find = (chain: Chain): string | undefined => findLibrary(tree, name, chain, arch)
  // No program has the empty name: what is found so, is by the file’s own means.
  const own = find(program === path ? [path] : [path, ''])
  if (meansPython(python, name)) {
    if (own === python.file) return undefined
    const names = [from(python.file), from(shortFile(python))]
    return mayLink(path) ? [...names, aliasName] : names
  }
  const found = own ?? find([path, program])
  if (found !== undefined) {
    return own !== undefined || !imported.has(path) ? undefined : [from(found), name]
  }
  const successor = findSuccessor(tree, name, arch)
  return successor === undefined ? undefined : [from(successor)]
}
