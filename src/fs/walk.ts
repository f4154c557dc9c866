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
