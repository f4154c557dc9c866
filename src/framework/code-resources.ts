import type { PlistDictionary, PlistValue } from '../text/plist.ts'
import {
  createRuleFinder,
  type ResourceRule,
  resourceRules,
  rulesPlist,
  type RuleSet,
} from './resource-rules.ts'

/** Something in a bundle, by its path in the folder that is sealed (`Versions/A` of a framework). */
export type Resource = { readonly path: string } & ResourceContent

export type ResourceContent =
  | {
      readonly kind: 'file'
      readonly sha256: Buffer
      /** Wanted of what is in `Resources/` only. */
      readonly sha1?: Buffer | undefined
    }
  | { readonly kind: 'link'; readonly target: string }
  /** Code with a seal of its own; the hashes of its code directories, one for each architecture. */
  | { readonly kind: 'nested'; readonly cdHashes: readonly Buffer[] }

/** What `_CodeSignature/CodeResources` says: `files`, which old systems read, and `files2`. */
export interface CodeResources {
  readonly files: PlistDictionary
  readonly files2: PlistDictionary
  readonly ruleSet: RuleSet
}

/** What is never a resource, nor what is in it (BundleDiskRep::adjustResources, bundlediskrep.cpp). */
const exclusions = ['_CodeSignature', 'CodeResources', '_MASReceipt']

/**
 * Seals what is in a bundle whose main executable is `executable`. Files without a rule are left out, as codesign does
 * (buildResources, signer.cpp).
 */
export function planResources(
  resources: Iterable<Resource>,
  executable: string,
  ruleSet: RuleSet = resourceRules,
): CodeResources {
  const [findRule, findOldRule] = [ruleSet.rules2, ruleSet.rules].map(createRuleFinder)
  const files = new Map<string, PlistValue>()
  const files2 = new Map<string, PlistValue>()
  for (const resource of resources) {
    const { path } = resource
    if (isExcluded(path, executable)) continue
    const rule = findRule?.(path)
    if (rule !== undefined) files2.set(path, sealOf(resource, rule))
    const oldRule = findOldRule?.(path)
    if (oldRule !== undefined && resource.kind === 'file')
      files.set(path, oldSeal(resource, oldRule))
  }
  return { files, files2, ruleSet }
}

/** Whether {@link planResources} wants the SHA-1 of a file. */
export function createNeedsSha1({ rules }: RuleSet = resourceRules): (path: string) => boolean {
  const findRule = createRuleFinder(rules)
  return (path) => findRule(path) !== undefined
}

/** The property list that is written, before its text. */
export function codeResourcesPlist({ files, files2, ruleSet }: CodeResources): PlistDictionary {
  return new Map([
    ['files', files],
    ['files2', files2],
    ['rules', rulesPlist(ruleSet.rules)],
    ['rules2', rulesPlist(ruleSet.rules2)],
  ])
}

function isExcluded(path: string, executable: string): boolean {
  return (
    path === executable || exclusions.some((name) => path === name || path.startsWith(`${name}/`))
  )
}

function sealOf(resource: ResourceContent, { optional }: ResourceRule): PlistDictionary {
  const flags: readonly [string, PlistValue][] = optional === true ? [['optional', true]] : []
  switch (resource.kind) {
    case 'file':
      return new Map([['hash2', resource.sha256], ...flags])
    case 'link':
      return new Map([['symlink', resource.target], ...flags])
    case 'nested':
      return new Map([
        ['cdhash', resource.cdHashes[0] ?? Buffer.alloc(0)],
        ['requirement', requirementOf(resource.cdHashes)],
        ...flags,
      ])
  }
}

/** What an ad-hoc signature asks of itself: to be the same (SecStaticCode::defaultDesignatedRequirement). */
function requirementOf(cdHashes: readonly Buffer[]): string {
  return cdHashes.map((hash) => `cdhash H"${hash.toString('hex')}"`).join(' or ')
}

function oldSeal(
  { sha1 }: { readonly sha1?: Buffer | undefined },
  { optional }: ResourceRule,
): PlistValue {
  if (sha1 === undefined) throw new Error('the SHA-1 of a resource is missing')
  return optional === true
    ? new Map<string, PlistValue>([
        ['hash', sha1],
        ['optional', true],
      ])
    : sha1
}
