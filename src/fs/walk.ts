import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Every path below `root` that is not a folder, relative with `/`, unsorted; with whether it is a link. */
export function* walkFiles(
  root: string,
  folder = '',
): Generator<{ path: string; isLink: boolean }> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* walkFiles(root, path)
    else yield { path, isLink: entry.isSymbolicLink() }
  }
}

/** The folders below `root` in which there is nothing, at any depth, but folders: the topmost of each, relative with `/`. */
export function findHollowFolders(root: string, folder = ''): readonly string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  const inner = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => (folder === '' ? name : `${folder}/${name}`))
  const found = inner.map((path) => ({ path, hollow: findHollowFolders(root, path) }))
  const isHollow =
    entries.length === found.length && found.every(({ path, hollow }) => hollow[0] === path)
  return isHollow && folder !== '' ? [folder] : found.flatMap(({ hollow }) => hollow)
}
