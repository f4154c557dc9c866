import { compareText } from '../text/json.ts'

/** Whose a Python is: the pin's, one the caller allowed, or another. */
export type Owner = 'pinned' | 'allowed' | 'foreign'

export type PythonKind =
  | 'headers'
  | 'numpy headers'
  | 'library'
  | 'interpreter'
  | 'installation'
  | 'virtual environment'

/** Something in a build that is a Python, or wants one. */
export interface Use {
  /** Where it was seen: how the build is described, how it was compiled, what it left. */
  readonly source: 'include' | 'link' | 'header' | 'binary' | 'command' | 'cache' | 'tree'
  /** The target and configuration, the binary or the cache, relative to the build directory where it is in it. */
  readonly where: string
  /** The Python: absolute where it is known. */
  readonly path: string
  readonly kind: PythonKind
  readonly owner: Owner
  readonly detail: string
}

export interface FoundPython {
  readonly path: string
  readonly kind: PythonKind
  readonly owner: Owner
  /** How often the build uses it. */
  readonly uses: number
}

export interface CheckProblem {
  readonly kind: Use['source'] | 'changed' | 'unreadable'
  readonly where: string
  readonly path: string
  readonly detail: string
}

/** A build that the one that is checked has beside its own: of ExternalProject, or configured below it by hand. */
export interface NestedBuild {
  readonly path: string
  /** False: it is judged by its cache, its compile commands, what it compiled and its binaries. */
  readonly fileApi: boolean
}

/** What was looked at. */
export interface Counts {
  /** Targets that compile or link, in each configuration. */
  readonly targets: number
  /** Include directories of all compile steps. */
  readonly includes: number
  /** Libraries on all link lines. */
  readonly links: number
  /** Programs and libraries that were built. */
  readonly binaries: number
  /** Entries of CMake caches. */
  readonly cacheEntries: number
}

export interface CheckReport extends Counts {
  readonly ok: boolean
  readonly buildDir: string
  readonly pinId: string
  /** The build Python. */
  readonly python: string
  readonly configurations: readonly string[]
  readonly nested: readonly NestedBuild[]
  readonly pythons: readonly FoundPython[]
  readonly problems: readonly CheckProblem[]
  readonly notes: readonly string[]
}

/** Each Python once, with how often it is used. */
export function pythonsOf(uses: readonly Use[]): readonly FoundPython[] {
  const found = new Map<string, FoundPython>()
  for (const { path, kind, owner } of uses) {
    const known = found.get(path)
    found.set(path, known ? { ...known, uses: known.uses + 1 } : { path, kind, owner, uses: 1 })
  }
  return [...found.values()].sort((a, b) => compareText(a.path, b.path))
}

/** Every use of a foreign Python, each once. */
export function problemsOf(uses: readonly Use[]): readonly CheckProblem[] {
  const problems = uses
    .filter(({ owner }) => owner === 'foreign')
    .map(({ source, where, path, detail }): CheckProblem => ({ kind: source, where, path, detail }))
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
}
