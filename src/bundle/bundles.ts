import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

import { createRuleFinder, type RuleSet } from '../framework/resource-rules.ts'
import { type BundleLayout, readLayout } from './layout.ts'
import type { BundleProblem } from './problem.ts'
import { unfitBundle } from './unfit.ts'

/** A bundle with what is nested in it. */
export interface Bundle extends BundleLayout {
  /** In the app; empty for the app itself. */
  readonly path: string
  /** The folder that is sealed and the main executable, in the app. */
  readonly sealed: string
  readonly program: string
  readonly nested: readonly Bundle[]
}

export interface FoundBundles {
  readonly app: Bundle
  /** All, each behind those that are nested in it: the order of signing (TN2206). */
  readonly all: readonly Bundle[]
  readonly problems: readonly BundleProblem[]
}

/**
 * Finds the bundles that codesign finds in an app: folders with a dot in their names where code may be nested
 * (resources.cpp: `ResourceBuilder::scan`). @throws PYEMBED_BUNDLE_UNFIT
 */
export function findBundles(app: string): FoundBundles {
  // A link to an app is one.
  const place = existsSync(app) ? statSync(app) : undefined
  if (place?.isDirectory() !== true) {
    throw unfitBundle(app, 'is no folder', 'Name an app: `pyembed fixup build/Workbench.app`')
  }
  const problems: BundleProblem[] = []
  const all: Bundle[] = []
  const read = (path: string): Bundle | undefined => {
    const found = readLayout(join(app, path))
    problems.push(...found.problems.map((each) => ({ ...each, path: posix.join(path, each.path) })))
    const { layout } = found
    if (layout === undefined) return undefined
    const sealed = posix.join(path, layout.root)
    const nested = nestedFolders(join(app, sealed), layout.ruleSet).flatMap((folder) => {
      const inner = read(posix.join(sealed, folder))
      return inner === undefined ? [] : [inner]
    })
    const bundle = {
      ...layout,
      path,
      sealed,
      nested,
      program: posix.join(sealed, layout.executable),
    }
    all.push(bundle)
    return bundle
  }
  const found = read('')
  if (found?.kind === 'app') return { app: found, all, problems }
  const [{ path, detail } = { path: '', detail: 'it has no `Contents`' }] = problems
  throw unfitBundle(
    app,
    `is no app: \`${path}\`: ${detail}`,
    'An app is a folder with `Contents/Info.plist`, which CMake makes with `MACOSX_BUNDLE`',
  )
}

/** The same, of an app that is to be changed: nobody may sign what cannot say what it is. @throws PYEMBED_BUNDLE_UNFIT */
export function requireBundles(app: string): FoundBundles {
  const found = findBundles(app)
  const { sealed, infoPlist, fault } = found.app
  if (fault === undefined) return found
  throw unfitBundle(
    app,
    `is no app: \`${posix.join(sealed, infoPlist)}\`: ${fault}`,
    'Write that file anew: CMake makes it with `MACOSX_BUNDLE`',
  )
}

/** By their paths in the sealed folder. */
function nestedFolders(root: string, { rules2 }: RuleSet): readonly string[] {
  const findRule = createRuleFinder(rules2)
  const look = (folder: string): readonly string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      if (!entry.isDirectory()) return []
      const path = posix.join(folder, entry.name)
      const isNested = entry.name.includes('.') && findRule(path)?.nested === true
      return isNested ? [path] : look(path)
    })
  return look('').toSorted()
}
