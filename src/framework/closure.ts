import { join, posix } from 'node:path'

import { architectureOf } from '../binary/macho/architecture.ts'
import { executable, type Macho, type MachoSlice } from '../binary/macho/macho.ts'
import { isFolder } from '../fs/regular-file.ts'
import { leadsTo } from './link-target.ts'
import { isElsewhere, isOfSystem } from './loader-paths.ts'
import type { FrameworkProblem } from './problem.ts'

/** A bundle as dyld sees it; all paths are relative to it. */
export interface LoadableTree {
  readonly root: string
  readonly code: ReadonlyMap<string, Macho>
  readonly links: ReadonlyMap<string, string>
}

/**
 * What of the load commands dyld would not resolve to a file in the tree or to macOS, from where the file lies and with
 * its own run-time paths: those of who loads it are another bundle's.
 */
export function closureProblems(tree: LoadableTree): readonly FrameworkProblem[] {
  return [...tree.code].flatMap(([path, { slices }]) => {
    const problems = slices.flatMap((slice) => sliceProblems(tree, path, slice))
    const byDetail = new Map(problems.map((problem) => [problem.detail, problem]))
    return [...byDetail.values()]
  })
}

function sliceProblems(
  tree: LoadableTree,
  path: string,
  slice: MachoSlice,
): readonly FrameworkProblem[] {
  return slice.commands.flatMap((command): readonly FrameworkProblem[] => {
    if (command.kind === 'rpath') {
      const isForeign = !command.path.startsWith('@') && !isOfSystem(command.path)
      const detail = `its run-time path \`${command.path}\` leads out of the framework`
      return isForeign ? [{ path, kind: 'build-path', detail }] : []
    }
    if (command.kind !== 'dylib') return []
    const { role, name } = command
    if (role === 'id') {
      const detail = `its name is \`${name}\``
      return isElsewhere(name) ? [{ path, kind: 'build-path', detail }] : []
    }
    const reason = isOfSystem(name) ? undefined : unresolved(tree, path, slice, name)
    if (reason === undefined || (role === 'weak' && reason === nowhere)) return []
    return [{ path, kind: 'library', detail: `\`${name}\` ${reason}` }]
  })
}

const nowhere = 'is not where it looks'

/** Why dyld does not load a library of that name; undefined when it does. */
function unresolved(
  { root, code, links }: LoadableTree,
  path: string,
  slice: MachoSlice,
  name: string,
): string | undefined {
  if (!name.startsWith('@')) return 'is neither in the framework nor in macOS'
  const rpaths = slice.commands.flatMap((each) => (each.kind === 'rpath' ? [each.path] : []))
  const names = name.startsWith('@rpath/')
    ? rpaths.map((rpath) => `${rpath}/${name.slice('@rpath/'.length)}`)
    : [name]
  if (names.length === 0) return 'is looked for in run-time paths, of which it has none'
  for (const each of names) {
    for (const place of expand(each, path, slice, code)) {
      const end = leadsTo(place, links, (folder) => isFolder(join(root, folder)))
      const found = end === undefined ? undefined : code.get(end)
      if (found === undefined) continue
      const arch = architectureOf(slice)
      return found.slices.some((other) => architectureOf(other) === arch)
        ? undefined
        : `has nothing for ${arch}`
    }
  }
  return nowhere
}

/** Where a name leads; from each program of the tree where it depends on which one runs. */
function expand(
  name: string,
  path: string,
  slice: MachoSlice,
  code: LoadableTree['code'],
): readonly string[] {
  const [start = '', ...rest] = name.split('/')
  if (start === '@loader_path') return [[posix.dirname(path), ...rest].join('/')]
  if (start !== '@executable_path') return []
  const programs =
    slice.fileType === executable
      ? [path]
      : [...code].flatMap(([each, { slices }]) =>
          slices.some(({ fileType }) => fileType === executable) ? [each] : [],
        )
  return programs.map((program) => [posix.dirname(program), ...rest].join('/'))
}
