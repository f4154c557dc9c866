import { rename, symlink } from 'node:fs/promises'
import { join, posix } from 'node:path'

import { temporaryName } from '../fs/atomic.ts'
import { type FoundBundles } from './bundles.ts'
import type { LoaderChange } from './changes.ts'
import { aliasName } from './loader-paths.ts'
import { type BundlePython, shortFile } from './python.ts'
import { sealedIn } from './surroundings.ts'
import type { BundleTree } from './tree.ts'

/** `MH_DYLIB` */
const library = 6

/**
 * Makes links of the copies of libpython that BundleUtilities and macdeployqt leave: whoever loads one gets the
 * framework’s, and no process has two.
 */
export async function linkCopies(
  tree: BundleTree,
  bundles: FoundBundles,
  python: BundlePython,
): Promise<readonly LoaderChange[]> {
  const copies = [...tree.code].filter(
    ([path, { slices }]) =>
      posix.basename(path) === python.library &&
      path !== python.file &&
      slices.every(({ fileType }) => fileType === library) &&
      sealedIn(bundles, path).path === '',
  )
  const changes: LoaderChange[] = []
  for (const [path] of copies) {
    changes.push({ path, kind: 'link', from: path, to: await placeLink(tree, python, path) })
  }
  return changes
}

/** Makes the links that files without room look for. */
export async function addAliases(
  tree: BundleTree,
  python: BundlePython,
  changes: readonly LoaderChange[],
): Promise<readonly LoaderChange[]> {
  const places = new Set(
    changes.flatMap(({ path, to }) =>
      to === aliasName ? [posix.join(posix.dirname(path), 'Python')] : [],
    ),
  )
  const added: LoaderChange[] = []
  for (const path of places) {
    if (tree.links.has(path)) continue
    added.push({ path, kind: 'link', from: '', to: await placeLink(tree, python, path) })
  }
  return added
}

async function placeLink({ app }: BundleTree, python: BundlePython, path: string): Promise<string> {
  const target = posix.relative(posix.dirname(path), shortFile(python))
  const whole = join(app, path)
  const temporary = temporaryName(whole)
  await symlink(target, temporary)
  await rename(temporary, whole)
  return target
}
