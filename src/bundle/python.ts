import { posix } from 'node:path'

import { frameworkId, isOfSystem } from '../framework/loader-paths.ts'
import { executableName } from '../framework/layout.ts'
import type { BundleProblem } from './problem.ts'
import { codeAt, type BundleTree } from './tree.ts'
import { unfitBundle } from './unfit.ts'

/** The Python of an app; paths are relative to the app. */
export interface BundlePython {
  /** `Contents/Frameworks/Python.framework` */
  readonly framework: string
  /** Its file, which is libpython. */
  readonly file: string
  /** What linkers call it: `libpython3.14.dylib`, and of that `3.14`. */
  readonly library: string
  readonly minor: string
  /** `bin/python3.14`, if it is there. */
  readonly program: string | undefined
}

export const pythonFramework = 'Contents/Frameworks/Python.framework'

/** @returns undefined when there is none, or nothing that pyembed or python.org makes */
export function findPython(tree: BundleTree): BundlePython | undefined {
  const file = codeAt(tree, `${pythonFramework}/${executableName}`)
  if (file === undefined) return undefined
  const root = posix.dirname(file)
  const names = [...tree.links.keys(), ...tree.files].flatMap(
    (path) => /^lib\/(libpython(\d+\.\d+t?)\.dylib)$/.exec(path.slice(root.length + 1)) ?? [],
  )
  const [, library, minor] = names
  if (library === undefined || minor === undefined) return undefined
  const program = codeAt(tree, `${root}/bin/python${minor}`)
  return { framework: pythonFramework, file, library, minor, program }
}

/** @param problems of the bundles in the app, which may be why. @throws PYEMBED_BUNDLE_UNFIT */
export function requirePython(
  tree: BundleTree,
  problems: readonly BundleProblem[] = [],
): BundlePython {
  const python = findPython(tree)
  if (python !== undefined) return python
  const wrong = problems.find(({ path }) => path.startsWith(`${pythonFramework}/`))
  const reason = wrong === undefined ? '' : `: \`${wrong.path}\`: ${wrong.detail}`
  throw unfitBundle(
    tree.app,
    `has no Python in \`${pythonFramework}\`${reason}`,
    `Make it: \`pyembed framework create <prefix> --output ${posix.join(tree.app, posix.dirname(pythonFramework))}\``,
  )
}

/**
 * Whether a load command means this Python. It had many names in the course of time: of build machines, below run-time
 * paths, of python.org’s framework, and where BundleUtilities and macdeployqt copy it to.
 */
export function meansPython({ library, minor }: BundlePython, name: string): boolean {
  if (isOfSystem(name)) return false
  return (
    posix.basename(name) === library ||
    [
      frameworkId.slice('@rpath'.length),
      `/Python.framework/Versions/${minor}/Python`,
      '/Python.framework/Versions/Current/Python',
      '/Python.framework/Python',
    ].some((end) => name.endsWith(end))
  )
}

/** Where the framework keeps its file, below `Python.framework`: for names that must be short. */
export function shortFile({ framework }: BundlePython): string {
  return `${framework}/${executableName}`
}
