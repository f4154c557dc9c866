import { readdirSync } from 'node:fs'
import { join, posix } from 'node:path'

import { executable } from '../binary/macho/macho.ts'
import type { FoundBundles, Bundle } from './bundles.ts'
import { importedCode } from './extension-modules.ts'
import type { Surroundings } from './loader-paths.ts'
import type { BundlePython } from './python.ts'
import { type BundleTree, codeAt } from './tree.ts'

/** What the loader paths of each file of an app depend on. */
export function surroundingsOf(
  tree: BundleTree,
  bundles: FoundBundles,
  python: BundlePython,
): Surroundings {
  const { program } = bundles.app
  return {
    tree,
    python,
    programOf: createProgramOf(tree, bundles),
    imported: importedCode(tree, python, program),
    mayLink: (path) => mayLink(tree, bundles, python, path),
  }
}

/** Which program loads a file: itself, or that of the innermost app that it is in. */
export function createProgramOf(
  tree: BundleTree,
  { app, all }: FoundBundles,
): (path: string) => string {
  const apps = all.filter(({ kind, path }) => kind === 'app' && path !== '')
  return (path) => {
    if (isProgram(tree, path)) return path
    // Those that are nested come first.
    const inner = apps.find(
      (each) => path.startsWith(`${each.path}/`) && isProgram(tree, each.program),
    )
    return (inner ?? app).program
  }
}

export function isProgram({ code }: BundleTree, path: string): boolean {
  return code.get(path)?.slices.some(({ fileType }) => fileType === executable) === true
}

/** The innermost bundle whose seal has a file. */
export function sealedIn({ all, app }: FoundBundles, path: string): Bundle {
  return all.find((each) => path.startsWith(`${each.sealed}/`)) ?? app
}

/** Links may not lead out of the bundle that seals them; nor is anything else in the way, whatever its case. */
function mayLink(
  tree: BundleTree,
  bundles: FoundBundles,
  python: BundlePython,
  path: string,
): boolean {
  if (sealedIn(bundles, path).path !== '') return false
  const folder = posix.dirname(path)
  const names = readdirSync(join(tree.app, folder))
  const other = names.find((name) => name.toLowerCase() === 'python')
  if (other === undefined) return true
  return other === 'Python' && codeAt(tree, `${folder}/Python`) === python.file
}
