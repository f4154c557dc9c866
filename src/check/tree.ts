import { type Dirent, existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { readTextIfThere } from '../fs/read-text.ts'
import { walkFiles } from '../fs/walk.ts'
import type { PinnedBuild } from './pinned-build.ts'
import { isInterpreterName, isPythonLibraryName } from './python-files.ts'
import type { PythonKind } from './report.ts'

/** What lies in a build directory and those of its ExternalProjects, by what can be learned from it; absolute paths. */
export interface BuildTree {
  /** The build directory, and where ExternalProjects build outside of it. */
  readonly roots: readonly string[]
  /** Of {@link roots}, where nothing is built yet. */
  readonly empty: readonly string[]
  /** Directories with a `CMakeCache.txt`, the build's own first. */
  readonly builds: readonly string[]
  readonly compileCommands: readonly string[]
  /** What compilers said they read: Ninja's `.ninja_deps`, `<object>.d` of Makefiles. */
  readonly dependencyLogs: readonly string[]
  /** Files with the commands of a build, of Ninja and of Make; some are not there. */
  readonly recipes: readonly string[]
  /** Files that may be programs or libraries. */
  readonly candidates: readonly string[]
  readonly pythons: readonly { readonly path: string; readonly kind: PythonKind }[]
}

/** Endings of files that no loader takes; to open them all would take most of the time. */
const noBinary =
  /\.(?:o|obj|c|cc|cpp|cxx|m|mm|f90|h|hh|hpp|hxx|inl|i|ii|in|d|txt|cmake|make|ninja|json|xml|html|css|js|ts|md|rst|py|pyc|pyi|yml|yaml|toml|cfg|ini|sh|bat|log|stamp|rsp|res|rc|qrc|ui|qm|svg|png|jpg|gif|pdf|gz|xz|zip|tar|tgz|bz2|zst|whl|pc|la|tcl|po|mo|def|gch|pch)$/i

/** Walks build directories: not into links, Pythons, virtual environments and `CMakeFiles`. */
export function readBuildTree({ directory, root, inventory }: PinnedBuild): BuildTree {
  const builds: string[] = []
  const compileCommands: string[] = []
  const dependencyLogs: string[] = []
  const recipes: string[] = []
  const candidates: string[] = []
  const pythons: { path: string; kind: PythonKind }[] = []

  const visited = new Set<string>()
  const visit = (folder: string): void => {
    if (visited.has(folder)) return
    visited.add(folder)
    if (folder === root) {
      // What the project built into it; the rest is the pin's.
      const added = [...walkFiles(root)].filter(
        ({ path, isLink }) => !isLink && !inventory.has(path),
      )
      candidates.push(...added.map(({ path }) => join(root, path)).filter(mayBeBinary))
      return
    }
    const entries = list(folder)
    const kind = pythonTree(folder, entries)
    if (kind !== undefined && folder !== directory) {
      pythons.push({ path: folder, kind })
      return
    }
    for (const entry of entries) visitEntry(folder, entry)
  }
  const visitEntry = (folder: string, entry: Dirent): void => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (entry.name === 'CMakeFiles') {
        dependencyLogs.push(...makeLogs(path))
        recipes.push(...recipesOf(path))
      } else if (path !== `${root}.pyembed` && entry.name !== '.git') visit(path)
    } else if (entry.name === 'CMakeCache.txt') builds.push(folder)
    else if (entry.name === 'compile_commands.json') compileCommands.push(path)
    else if (entry.name === '.ninja_deps') dependencyLogs.push(path)
    else {
      if (isPythonLibraryName(entry.name)) pythons.push({ path, kind: 'library' })
      else if (isInterpreterName(entry.name)) pythons.push({ path, kind: 'interpreter' })
      if (entry.isFile() && mayBeBinary(entry.name)) candidates.push(path)
    }
  }
  visit(directory)
  const roots = new Set([directory])
  // Those of ExternalProjects may have some of their own.
  for (const build of builds) {
    for (const folder of externalBuilds(build)) {
      roots.add(folder)
      visit(folder)
    }
  }
  // Before a build is configured for the first time, all it has is the question of the File API.
  const empty = [...roots].filter((folder) => list(folder).every(({ name }) => name === '.cmake'))
  return {
    roots: [...roots],
    empty,
    builds,
    compileCommands,
    dependencyLogs,
    recipes: [...builds.map((folder) => join(folder, 'build.ninja')), ...recipes],
    candidates,
    pythons,
  }
}

/** What CMake wrote down at the end of configuring (cmake/modules/pyembed_record_builds.cmake). */
function externalBuilds(build: string): readonly string[] {
  const text = readTextIfThere(join(build, 'python.pyembed', 'external-builds.txt')) ?? ''
  return text.split('\n').flatMap((line) => (line === '' ? [] : [resolve(line)]))
}

/** How a path of a report is shown: relative, with `/`, when it is in the build directory. */
export function showPath(path: string, directory: string): string {
  const shown = relative(directory, path)
  return shown === '' ? '.' : shown.startsWith('..') ? path : shown.replaceAll(sep, '/')
}

function mayBeBinary(name: string): boolean {
  return !noBinary.test(name)
}

/** A whole Python, by its standard library, also in the form of its sources; or a virtual environment. */
function pythonTree(folder: string, entries: readonly Dirent[]): PythonKind | undefined {
  const names = entries.map(({ name }) => name)
  if (names.includes('pyvenv.cfg')) return 'virtual environment'
  const hasLibrary = names.some((name) =>
    ['lib', 'lib64', 'Lib'].includes(name)
      ? [name, ...list(join(folder, name)).flatMap((child) => minorFolder(name, child))].some(
          (path) => existsSync(join(folder, path, 'os.py')),
        )
      : false,
  )
  return hasLibrary ? 'installation' : undefined
}

function minorFolder(library: string, { name }: Dirent): readonly string[] {
  return /^(?:python|pypy)\d/.test(name) ? [join(library, name)] : []
}

/** Beside each object what it was made from; `compiler_depend.make`, which Make reads, is of the build before. */
function makeLogs(folder: string): readonly string[] {
  return list(folder)
    .filter((entry) => entry.isDirectory() && entry.name.endsWith('.dir'))
    .flatMap(({ name }) =>
      [...walkFiles(join(folder, name))].map(({ path }) => join(folder, name, path)),
    )
    .filter((path) => /\.(?:o|obj)\.d$/.test(path))
}

/** Ninja's rules and, with several configurations, what it makes; `build.make` of each target. */
function recipesOf(folder: string): readonly string[] {
  return list(folder).flatMap((entry) => {
    if (entry.name.endsWith('.dir')) return [join(folder, entry.name, 'build.make')]
    return entry.name.endsWith('.ninja') ? [join(folder, entry.name)] : []
  })
}

/** Builds that run meanwhile remove folders. */
function list(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemErrorCode(error) ?? '')) return []
    throw error
  }
}
