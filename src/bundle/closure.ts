import { architectureOf } from '../binary/macho/architecture.ts'
import { isElsewhere, isOfSystem } from '../framework/loader-paths.ts'
import { architecturesOf, extensionModules } from './extension-modules.ts'
import { sliceFor } from './find-library.ts'
import { followLoads, type Load } from './loads.ts'
import type { BundleProblem } from './problem.ts'
import { type BundlePython, meansPython } from './python.ts'
import type { BundleTree } from './tree.ts'

/** Where every load command of the code for one processor leads. */
export interface Closure {
  readonly arch: string
  readonly program: string
  /** The code that belongs to the program. */
  readonly starts: readonly string[]
  readonly loads: ReadonlyMap<string, readonly Load[]>
}

/**
 * Follows all load commands of an app: each file as the program loads it to which it belongs, those of Python’s
 * framework as its `bin/python3` does, too.
 */
export function followAll(
  tree: BundleTree,
  programOf: (path: string) => string,
  python: BundlePython | undefined,
): readonly Closure[] {
  const byProgram = new Map<string, string[]>()
  for (const path of tree.code.keys()) {
    const isPythons = python !== undefined && path.startsWith(`${python.framework}/`)
    const own = programOf(path)
    const programs = isPythons ? [own, python.program ?? own] : [own]
    for (const each of new Set(programs)) {
      byProgram.set(each, [...(byProgram.get(each) ?? []), path])
    }
  }
  return [...byProgram].flatMap(([program, paths]) =>
    architecturesOf(tree, program).map((arch) => ({
      arch,
      program,
      starts: paths,
      loads: followLoads(tree, program, paths, arch),
    })),
  )
}

/** Libraries that dyld would not find, or find something else than Python’s framework for. */
export function closureProblems(
  tree: BundleTree,
  closures: readonly Closure[],
  python: BundlePython | undefined,
): readonly BundleProblem[] {
  const problems = closures.flatMap(({ loads, arch }) =>
    [...loads.values()].flat().flatMap((load) => loadProblems(load, arch, python)),
  )
  return unique([
    ...problems,
    ...closures.flatMap((closure) => architectureProblems(tree, closures, closure)),
    ...(python === undefined ? [] : importProblems(tree, python)),
    ...[...tree.code.keys()].flatMap((path) => pathProblems(tree, path)),
  ])
}

function loadProblems(
  { path, role, name, isSystem, found }: Load,
  arch: string,
  python: BundlePython | undefined,
): readonly BundleProblem[] {
  if (isSystem) return []
  if (found === undefined) {
    if (role === 'weak') return []
    const detail = name.startsWith('@')
      ? `\`${name}\` is not where it looks (${arch})`
      : `\`${name}\` is neither in the app nor in macOS (${arch})`
    return [{ path, kind: 'library', detail }]
  }
  if (python === undefined || !meansPython(python, name) || found === python.file) return []
  const detail = `\`${name}\` leads to \`${found}\`, a second Python`
  return [{ path, kind: 'duplicate', detail }]
}

/** Code that the program to which it belongs cannot load, on any processor. */
function architectureProblems(
  tree: BundleTree,
  closures: readonly Closure[],
  { program, starts, arch }: Closure,
): readonly BundleProblem[] {
  const archs = closures.flatMap((each) => (each.program === program ? [each.arch] : []))
  if (arch !== archs[0]) return []
  return starts.flatMap((path): readonly BundleProblem[] => {
    if (archs.some((each) => sliceFor(tree, path, each) !== undefined)) return []
    const detail = `it has nothing for ${archs.join(' and ')}, as which \`${program}\` runs`
    return [{ path, kind: 'library', detail }]
  })
}

/** What `bin/python3` of the framework does not find when it imports the app’s extension modules. */
function importProblems(tree: BundleTree, python: BundlePython): readonly BundleProblem[] {
  const { program } = python
  if (program === undefined) return []
  const modules = extensionModules(tree, python)
  return architecturesOf(tree, program).flatMap((arch) =>
    [...followLoads(tree, program, modules, arch).values()].flat().flatMap((load) => {
      if (load.isSystem || load.found !== undefined || load.role === 'weak') return []
      const detail = `\`${load.name}\` is not where it looks when \`${program}\` imports it (${arch})`
      return [{ path: load.path, kind: 'library' as const, detail }]
    }),
  )
}

/** Names and run-time paths of other machines. */
function pathProblems({ code }: BundleTree, path: string): readonly BundleProblem[] {
  return (code.get(path)?.slices ?? []).flatMap((slice) =>
    slice.commands.flatMap((command): readonly BundleProblem[] => {
      const arch = architectureOf(slice)
      if (command.kind === 'rpath') {
        const isForeign = !command.path.startsWith('@') && !isOfSystem(command.path)
        const detail = `its run-time path \`${command.path}\` leads out of the app (${arch})`
        return isForeign ? [{ path, kind: 'build-path', detail }] : []
      }
      const isId = command.kind === 'dylib' && command.role === 'id'
      if (!isId || !isElsewhere(command.name)) return []
      return [{ path, kind: 'build-path', detail: `its name is \`${command.name}\` (${arch})` }]
    }),
  )
}

export function unique(problems: readonly BundleProblem[]): readonly BundleProblem[] {
  return [...new Map(problems.map((each) => [JSON.stringify(each), each])).values()]
}
