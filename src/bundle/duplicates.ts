import { join } from 'node:path'

import { withBytes } from '../binary/bytes.ts'
import { executable } from '../binary/macho/macho.ts'
import { machoDefines } from '../binary/macho/symbols.ts'
import { hasErrorCode } from '../errors.ts'
import type { BundleProblem } from './problem.ts'
import type { BundleTree } from './tree.ts'

/** Libraries with a state of which a process may have one, by a function that each of them has. */
const singles = [
  { what: 'Python', symbol: 'Py_InitializeEx' },
  // LLVM’s and Intel’s, and GNU’s: two start twice as many threads, and crash (KMP_DUPLICATE_LIB_OK).
  { what: 'OpenMP', symbol: '__kmpc_fork_call' },
  { what: 'OpenMP', symbol: 'GOMP_parallel' },
]

/** Code of the app that defines what other code of it defines, too. */
export function duplicateProblems({ app, code }: BundleTree): readonly BundleProblem[] {
  const found = new Map<string, Set<string>>()
  for (const [path, { slices }] of code) {
    // What a program has is its own.
    if (slices.some(({ fileType }) => fileType === executable)) continue
    for (const { what, symbol } of singles) {
      if (!defines(join(app, path), symbol)) continue
      found.set(what, (found.get(what) ?? new Set<string>()).add(path))
    }
  }
  return [...found].flatMap(([what, paths]) => {
    const [first, ...others] = [...paths].toSorted()
    return others.map((path): BundleProblem => {
      const detail = `it is a second ${what} beside \`${first ?? ''}\``
      return { path, kind: 'duplicate', detail }
    })
  })
}

/** Of damaged code other checks tell. */
function defines(path: string, symbol: string): boolean {
  try {
    return withBytes(path, (bytes) => machoDefines(bytes, symbol))
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return false
    throw error
  }
}
