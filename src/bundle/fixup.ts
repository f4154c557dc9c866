import { lostIdentity } from '../binary/macho/signature/identity.ts'
import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { createRegularReader, type FileReader } from '../fs/file-reader.ts'
import { atPath } from '../framework/relocate-code.ts'
import { createRuleFinder } from '../framework/resource-rules.ts'
import { type FoundBundles, requireBundles } from './bundles.ts'
import type { LoaderChange } from './changes.ts'
import { fixCode } from './fix-code.ts'
import { addAliases, linkCopies } from './link-python.ts'
import type { BundleProblem } from './problem.ts'
import { requirePython } from './python.ts'
import { sealBundle } from './seal-bundle.ts'
import { sealedIn, surroundingsOf } from './surroundings.ts'
import { readTree } from './tree.ts'

export interface FixupOptions {
  /** A property list in XML, for the main executable of the app. */
  readonly entitlements?: Buffer | undefined
  /** What reads its files. */
  readonly read?: FileReader
}

export interface Fixup {
  /** Loader paths and links that are others now. */
  readonly edits: readonly LoaderChange[]
  /** Files that were written, signatures and seals among them. */
  readonly written: readonly string[]
  readonly problems: readonly BundleProblem[]
}

/**
 * Gives all code of an app loader paths by which it finds the Python of its framework and all else in the app, and
 * signs what needs it ad hoc, from the inside out (TN2206). Done twice, it changes nothing.
 * @throws PYEMBED_BUNDLE_UNFIT, PYEMBED_PLIST_INVALID
 */
export async function fixBundle(
  { signal, emit }: Pick<Context, 'signal' | 'emit'>,
  app: string,
  { entitlements, read = createRegularReader() }: FixupOptions = {},
): Promise<Fixup> {
  const bundles = requireBundles(app)
  const first = readTree(app)
  const python = requirePython(first, bundles.problems)
  emit({ kind: 'start', id: app, text: `Fixing ${app}` })
  const copies = await linkCopies(first, bundles, python)
  const tree = copies.length === 0 ? first : readTree(app)
  const around = surroundingsOf(tree, bundles, python)
  const fixed = await fixCode(around, signingOf(bundles), read, signal)
  const aliases = await addAliases(tree, python, fixed.changes)
  const sealed: string[] = []
  const lost = new Set(fixed.lost)
  const problems = [...bundles.problems, ...fixed.problems]
  for (const bundle of bundles.all) {
    signal?.throwIfAborted()
    if (bundle.fault !== undefined) continue
    try {
      const own = bundle.path === '' ? entitlements : undefined
      const done = await sealBundle(app, bundle, read, own)
      sealed.push(...done.written)
      for (const path of done.lost) lost.add(path)
    } catch (error) {
      if (!(error instanceof PyEmbedError)) throw error
      if (bundle.path === '') throw namingProgram(bundle.program, error)
      problems.push({ path: bundle.path, kind: 'structure', detail: error.message })
    }
  }
  emit({ kind: 'end', id: app, text: `Fixed ${app}` })
  for (const path of [...lost].toSorted()) emit({ kind: 'warning', text: lostIdentity(path) })
  const edits = [...copies, ...fixed.changes, ...aliases]
  const links = edits.flatMap(({ kind, path }) => (kind === 'link' ? [path] : []))
  const written = [...new Set([...links, ...fixed.written, ...sealed])].toSorted()
  return { edits, written, problems }
}

/** What is wrong with code does not say of itself where it is. */
function namingProgram(program: string, error: PyEmbedError): PyEmbedError {
  return error.code === 'PYEMBED_BUNDLE_UNFIT' ? error : atPath(program, error)
}

function signingOf(bundles: FoundBundles): Parameters<typeof fixCode>[1] {
  const programs = new Set(bundles.all.map(({ program }) => program))
  const finders = new Map(
    bundles.all.map((bundle) => [bundle, createRuleFinder(bundle.ruleSet.rules2)]),
  )
  return {
    isProgram: (path) => programs.has(path),
    isNested: (path) => {
      const bundle = sealedIn(bundles, path)
      return finders.get(bundle)?.(path.slice(bundle.sealed.length + 1))?.nested === true
    },
  }
}
