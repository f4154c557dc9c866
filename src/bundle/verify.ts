import { PyEmbedError } from '../errors.ts'
import { diskProblems } from '../framework/disk-problems.ts'
import { systemProblems } from '../framework/system-problems.ts'
import { createRegularReader, type FileReader } from '../fs/file-reader.ts'
import { compareText } from '../text/json.ts'
import { findBundles } from './bundles.ts'
import { type Closure, closureProblems, followAll, unique } from './closure.ts'
import { duplicateProblems } from './duplicates.ts'
import { textOf } from './layout.ts'
import type { BundleProblem } from './problem.ts'
import { findPython } from './python.ts'
import { sealProblems } from './seal-problems.ts'
import { createProgramOf } from './surroundings.ts'
import { type SymbolCounts, symbolProblems } from './symbol-problems.ts'
import { teamProblems } from './team-problems.ts'
import { type BundleTree, readTree } from './tree.ts'

export interface BundleVerification {
  readonly ok: boolean
  /** Files and links that were looked at. */
  readonly files: number
  readonly problems: readonly BundleProblem[]
  readonly symbols: SymbolCounts
}

/**
 * Judges an app, whoever made it, as codesign and dyld would: what is sealed, every signature, where every load command
 * leads, and whether what is loaded has what is wanted of it. @throws PYEMBED_BUNDLE_UNFIT
 */
export async function verifyBundle(
  app: string,
  signal?: AbortSignal,
  read: FileReader = createRegularReader(),
): Promise<BundleVerification> {
  const bundles = findBundles(app)
  const tree = readTree(app)
  const python = findPython(tree)
  const sealed: BundleProblem[] = []
  for (const bundle of bundles.all) sealed.push(...(await sealProblems(tree, bundle, read, signal)))
  const closures = followAll(tree, createProgramOf(tree, bundles), python)
  const { problems: symbols, ...counts } = lookUp(tree, closures)
  const problems = unique([
    ...bundles.problems,
    ...[...tree.damaged].map(([path, detail]): BundleProblem => ({ path, kind: 'load', detail })),
    ...sealed,
    ...closureProblems(tree, closures, python),
    ...symbols,
    ...closures.flatMap((closure) => teamProblems(tree, closure)),
    ...duplicateProblems(tree),
    ...diskProblems(app, tree.code, [...tree.files, ...tree.links.keys()]),
    ...systemProblems(tree.code, textOf(bundles.app.info, 'LSMinimumSystemVersion')),
  ]).toSorted((a, b) => compareText(a.path, b.path) || compareText(a.kind, b.kind))
  const files = tree.files.size + tree.links.size
  return { ok: problems.length === 0, files, problems, symbols: counts }
}

function lookUp(
  tree: BundleTree,
  closures: readonly Closure[],
): SymbolCounts & { readonly problems: readonly BundleProblem[] } {
  const problems: BundleProblem[] = []
  let [checked, unchecked] = [0, 0]
  for (const closure of closures) {
    try {
      const found = symbolProblems(tree, closure)
      problems.push(...found.problems)
      checked += found.checked
      unchecked += found.unchecked
    } catch (error) {
      if (!(error instanceof PyEmbedError)) throw error
      problems.push({ path: closure.program, kind: 'symbol', detail: error.message })
    }
  }
  return { problems, checked, unchecked }
}
