import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { walkFiles } from '../../src/fs/walk.ts'
import { pageHashes } from './page-hashes.ts'
import { askPython } from './python.ts'

/** What a program that is not ours finds wrong with the seal of a `Python.framework`. */
export function judgeSeal(framework: string): readonly string[] {
  const program = readFileSync(new URL('framework-seal.py', import.meta.url), 'utf8')
  return askPython(program, join(framework, 'Versions', 'A'))
}

/** Every Mach-O file below a folder but objects, by what it begins with. */
export function findCode(root: string): readonly string[] {
  const magics = new Set([0xfeedfacf, 0xfeedface, 0xbebafeca])
  return [...walkFiles(root)].flatMap(({ path, isLink }) => {
    const bytes = isLink ? Buffer.alloc(0) : readFileSync(join(root, path))
    if (bytes.length < 16 || !magics.has(bytes.readUInt32LE(0))) return []
    return bytes.readUInt32LE(0) === 0xfeedfacf && bytes.readUInt32LE(12) === 1 ? [] : [path]
  })
}

/** The code below a folder that is not signed, or whose pages are others than the signature says; and how much there is. */
export function judgeCode(root: string): {
  readonly files: number
  readonly bad: readonly string[]
} {
  const paths = findCode(root)
  const found = pageHashes(paths.map((path) => join(root, path)))
  const bad = paths.filter((_, index) => {
    const slices = found[index] ?? []
    return slices.length === 0 || slices.some((slice) => slice === null || slice.wrong.length > 0)
  })
  return { files: paths.length, bad }
}
