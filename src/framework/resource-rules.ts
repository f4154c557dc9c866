import type { PlistDictionary, PlistValue } from '../text/plist.ts'

/** What codesign does with the paths of a bundle that a pattern matches (ResourceBuilder::Rule, resources.cpp). */
export interface ResourceRule {
  /** A POSIX extended expression; these mean the same in JavaScript. */
  readonly pattern: string
  readonly weight?: number
  /** It is code with a seal of its own, of which the seal of the bundle holds the hash. */
  readonly nested?: true
  /** It may be missing. */
  readonly optional?: true
  /** It is not sealed. */
  readonly omit?: true
}

/** `rules2`, and `rules` for systems before OS X 10.9.5. */
export interface RuleSet {
  readonly rules: readonly ResourceRule[]
  readonly rules2: readonly ResourceRule[]
}

/** What is none of a bundle's resources, or always one. */
const general: readonly ResourceRule[] = [
  { pattern: '^.*' },
  { pattern: String.raw`.*\.dSYM($|/)`, weight: 11 },
  { pattern: String.raw`^(.*/)?\.DS_Store$`, omit: true, weight: 2000 },
  { pattern: String.raw`^Info\.plist$`, omit: true, weight: 20 },
  { pattern: String.raw`^version\.plist$`, weight: 20 },
  { pattern: String.raw`^embedded\.provisionprofile$`, weight: 20 },
  { pattern: String.raw`^PkgInfo$`, omit: true, weight: 20 },
]

function localized(resources: string): readonly ResourceRule[] {
  return [
    { pattern: String.raw`^${resources}.*\.lproj/`, optional: true, weight: 1000 },
    { pattern: String.raw`^${resources}Base\.lproj/`, weight: 1010 },
    { pattern: String.raw`^${resources}.*\.lproj/locversion.plist$`, omit: true, weight: 1100 },
  ]
}

/**
 * The rules of a bundle on macOS that keeps its resources in a folder (BundleDiskRep::defaultResourceRules,
 * bundlediskrep.cpp). Order decides nothing here: no path has two of the same weight.
 */
export const resourceRules: RuleSet = {
  rules: [{ pattern: '^version.plist$' }, { pattern: '^Resources/' }, ...localized('Resources/')],
  rules2: [
    ...general,
    { pattern: '^[^/]+$', nested: true, weight: 10 },
    {
      pattern:
        '^(Frameworks|SharedFrameworks|PlugIns|Plug-ins|XPCServices|Helpers|MacOS|Library/(Automator|Spotlight|LoginItems))/',
      nested: true,
      weight: 10,
    },
    { pattern: '^Resources/', weight: 20 },
    ...localized('Resources/'),
  ],
}

/** Those of one that has none for them: all of it is a resource, and nothing in it is code with a seal of its own. */
export const flatRules: RuleSet = {
  rules: [{ pattern: '^version.plist$' }, { pattern: '^.*' }, ...localized('')],
  rules2: [...general, ...localized('')],
}

/** Looks up the rule of a path among `rules`: of those that match, the heaviest. Undefined: it is not sealed. */
export function createRuleFinder(
  rules: readonly ResourceRule[],
): (path: string) => ResourceRule | undefined {
  // What may be anywhere needs no `.*` before it, for which each place of a path would be tried.
  const patterns = rules.map((rule) => ({
    rule,
    expression: new RegExp(rule.pattern.replace(/^\.\*/, ''), 's'),
  }))
  return (path) => {
    let found: ResourceRule | undefined
    for (const { rule, expression } of patterns) {
      const isHeavier = found === undefined || weightOf(rule) > weightOf(found)
      if (isHeavier && expression.test(path)) found = rule
    }
    return found?.omit === true ? undefined : found
  }
}

/** Rules as CodeResources has them: `true` for one that says no more than its pattern. */
export function rulesPlist(rules: readonly ResourceRule[]): PlistDictionary {
  return new Map(rules.map((rule) => [rule.pattern, rulePlist(rule)]))
}

function rulePlist({ weight, nested, optional, omit }: ResourceRule): PlistValue {
  if (weight === undefined) return true
  const flags = Object.entries({ nested, optional, omit }).filter(([, flag]) => flag === true)
  return new Map<string, PlistValue>([
    ...flags.map(([name]) => [name, true] as const),
    ['weight', { real: weight }],
  ])
}

function weightOf({ weight = 1 }: ResourceRule): number {
  return weight
}
