import { join } from 'node:path'

import { withBytes } from '../binary/bytes.ts'
import { hasIdentity } from '../binary/macho/signature/identity.ts'
import type { BundleProblem } from './problem.ts'
import { readTree } from './tree.ts'

/** The code of an app that no identity has signed. */
export function unsignedProblems(app: string): readonly BundleProblem[] {
  return [...readTree(app).code.keys()]
    .filter((path) => !withBytes(join(app, path), hasIdentity))
    .map((path) => ({ path, kind: 'signature', detail: 'nobody signed it' }))
}
