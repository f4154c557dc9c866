import { readFileSync } from 'node:fs'

import { askPython } from './python.ts'

interface SlicePages {
  readonly pages: number
  /** Where the pages begin in the slice whose hashes are wrong. */
  readonly wrong: readonly number[]
  readonly pageSize: number
  readonly codeLimit: number
}

/** What a program that is not ours says of the page hashes of files, by slice; null where a slice is not signed. */
export function pageHashes(paths: readonly string[]): readonly (readonly (SlicePages | null)[])[] {
  return askPython(readFileSync(new URL('page-hashes.py', import.meta.url), 'utf8'), paths)
}
