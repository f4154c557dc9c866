import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

import * as v from 'valibot'

export type Entry = FileEntry | LinkEntry

export interface FileEntry {
  readonly kind: 'file'
  readonly mode: number
  readonly read: () => Promise<Buffer>
}

export interface LinkEntry {
  readonly kind: 'link'
  readonly target: string
}

/** What an archive will hold, by path below `python/`. Folders follow from the paths. */
export type Tree = Map<string, Entry>

// Go's fs.FileMode.
const directoryBit = 2 ** 31
const permissionBits = 0o777

const fileList = v.object({
  files: v.array(
    v.object({
      name: v.string(),
      size: v.number(),
      perm: v.number(),
      symlink: v.optional(v.string()),
      compressed: v.optional(v.boolean(), false),
    }),
  ),
})

/** The PBS tree in one folder of the Go module; the content is read when it is asked for. */
export async function readModuleTree(dir: string): Promise<Tree> {
  const { files } = v.parse(fileList, JSON.parse(await readFile(join(dir, 'files.json'), 'utf8')))
  const tree: Tree = new Map()
  for (const { name, size, perm, symlink, compressed } of files) {
    if (symlink !== undefined) {
      addLink(tree, name, symlink)
    } else if (perm < directoryBit) {
      const path = join(dir, compressed ? `${name}.gz` : name)
      addEntry(tree, name, {
        kind: 'file',
        mode: perm & permissionBits,
        read: async () => {
          const stored = await readFile(path)
          const data = compressed ? await promisify(gunzip)(stored) : stored
          if (data.length !== size) throw new Error(`${path}: ${data.length} bytes, not ${size}`)
          return data
        },
      })
    }
  }

  return tree
}

export function addFile(tree: Tree, path: string, content: Buffer | string, mode: number): void {
  const data = Buffer.from(content)
  addEntry(tree, path, { kind: 'file', mode, read: () => Promise.resolve(data) })
}

export function addLink(tree: Tree, path: string, target: string): void {
  addEntry(tree, path, { kind: 'link', target })
}

function addEntry(tree: Tree, path: string, entry: Entry): void {
  if (tree.has(path)) throw new Error(`\`${path}\` is there already`)
  tree.set(path, entry)
}
