import { join } from 'node:path'

import { findCode, judgeCode, judgeSeal } from '../helpers/framework-seal.ts'
import { judgeMachos } from '../helpers/macho-judges.ts'
import type { MadeFramework } from './frameworks.ts'
import { compareSeals, signAgain, verifyFile } from './rcodesign.ts'

export interface Verdict {
  readonly name: string
  /** Mach-O files. */
  readonly code: number
  /** Files and links that are sealed. */
  readonly sealed: number
  /** What a judge has against it, by judge; without entries all agree. */
  readonly against: Readonly<Record<string, readonly string[]>>
}

const version = 'Versions/A'
const seal = `${version}/_CodeSignature/CodeResources`

/** Asks programs of other people about a framework. */
export async function judgeFramework(
  rcodesign: string,
  { name, framework }: MadeFramework,
  work: string,
): Promise<Verdict> {
  const again = join(work, 'Python.framework')
  await signAgain(rcodesign, framework, again)
  const { sealed, isSameSet, others } = compareSeals(join(framework, seal), join(again, seal))
  const code = findCode(join(framework, version))
  // rcodesign made their signatures anew; all else must have the hash that it computes, too.
  const odd = others.filter((path) => !code.includes(path))
  const paths = code.map((path) => join(framework, version, path))
  const judged = await judgeMachos(paths)
  const bad = (isWrong: (index: number) => boolean): readonly string[] =>
    code.filter((_, index) => isWrong(index))
  return {
    name,
    code: code.length,
    sealed,
    against: {
      'rcodesign, seal': [...(isSameSet ? [] : ['other files or rules']), ...odd],
      'rcodesign, verify': await verifyAll(rcodesign, join(framework, version), {
        code,
        isAdHoc: true,
      }),
      'plistlib and hashlib, seal': judgeSeal(framework),
      'hashlib, pages': judgeCode(join(framework, version)).bad,
      'lief, layout': bad((index) => judged[index]?.layout.some((text) => text !== '') !== false),
      'lief, signed': bad((index) => judged[index]?.lief.every((each) => each.isSigned) !== true),
      'macholib, signed': bad(
        (index) => judged[index]?.macholib?.every((each) => each.isSigned) === false,
      ),
    },
  }
}

/** What rcodesign has against files below a folder. */
export async function verifyAll(
  rcodesign: string,
  root: string,
  { code, isAdHoc }: { readonly code: readonly string[]; readonly isAdHoc: boolean },
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const path of code) {
    const found = await verifyFile(rcodesign, join(root, path), { isAdHoc })
    problems.push(...found.map((line) => `${path}: ${line}`))
  }
  return problems
}
