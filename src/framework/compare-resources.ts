import { hasErrorCode } from '../errors.ts'
import { compareText } from '../text/json.ts'
import {
  type CodeResources,
  codeResourcesPlist,
  planResources,
  type Resource,
} from './code-resources.ts'
import type { RuleSet } from './resource-rules.ts'
import { isDictionary, type PlistDictionary, type PlistValue, writePlist } from '../text/plist.ts'
import { readPlist } from '../text/plist-reader.ts'

/** How what is there differs from what was sealed. */
export interface ResourceProblem {
  readonly path: string
  readonly kind: 'missing' | 'changed' | 'extra' | 'link' | 'seal'
  readonly detail: string
}

/**
 * Compares what is in a bundle with the text of its `_CodeSignature/CodeResources`: the seal that it would get now
 * with the one it has. @throws PYEMBED_PLIST_INVALID
 */
export function compareResources(text: string, found: CodeResources): readonly ResourceProblem[] {
  const sealed = readPlist(text)
  const files2 = sealed.get('files2')
  if (!isDictionary(files2)) return [problem('seal', 'it has no `files2`')]
  const problems = [...compareRules(sealed, found), ...compareFiles(files2, found.files2)]
  return problems.sort((a, b) => compareText(a.path, b.path))
}

/** The same for a seal that may be missing or damaged, and resources that are not planned yet. */
export function compareSeal(
  bytes: Buffer | undefined,
  resources: Iterable<Resource>,
  executable: string,
  ruleSet?: RuleSet,
): readonly ResourceProblem[] {
  if (bytes === undefined) return [problem('missing', 'nothing is sealed')]
  try {
    return compareResources(bytes.toString('utf8'), planResources(resources, executable, ruleSet))
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_PLIST_INVALID')) throw error
    return [problem('seal', error.message)]
  }
}

const seal = '_CodeSignature/CodeResources'

function problem(kind: ResourceProblem['kind'], detail: string, path = seal): ResourceProblem {
  return { path, kind, detail }
}

/** Other rules leave other files out, and then the seal says less than it seems to. */
function compareRules(sealed: PlistDictionary, found: CodeResources): readonly ResourceProblem[] {
  const usual = codeResourcesPlist(found)
  return isSame(sealed.get('rules2'), usual.get('rules2'))
    ? []
    : [problem('seal', '`rules2` are not those of macOS')]
}

function compareFiles(sealed: PlistDictionary, found: PlistDictionary): readonly ResourceProblem[] {
  const problems: ResourceProblem[] = []
  for (const [path, value] of sealed) {
    const now = found.get(path)
    if (now !== undefined) problems.push(...compareFile(path, value, now))
    else if (fieldOf(value, 'optional') !== true)
      problems.push(problem('missing', 'it is sealed, and not there', path))
  }
  for (const path of found.keys()) {
    if (!sealed.has(path)) problems.push(problem('extra', 'it is not sealed', path))
  }
  return problems
}

function compareFile(
  path: string,
  sealed: PlistValue,
  now: PlistValue,
): readonly ResourceProblem[] {
  const [was, is] = [fieldOf(sealed, 'symlink'), fieldOf(now, 'symlink')]
  if (was !== is) {
    return [problem('link', `it was ${describeLink(was)} and is ${describeLink(is)}`, path)]
  }
  for (const name of ['hash2', 'cdhash'] as const) {
    if (!isSame(fieldOf(sealed, name), fieldOf(now, name)))
      return [problem('changed', `its ${name} is another one`, path)]
  }
  return []
}

function describeLink(target: PlistValue | undefined): string {
  return typeof target === 'string' ? `a link to \`${target}\`` : 'no link'
}

function fieldOf(value: PlistValue, name: string): PlistValue | undefined {
  return isDictionary(value) ? value.get(name) : undefined
}

function isSame(a: PlistValue | undefined, b: PlistValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return writePlist(a) === writePlist(b)
}
