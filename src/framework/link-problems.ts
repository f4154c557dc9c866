import type { Resource } from './code-resources.ts'
import { leadsTo } from './link-target.ts'
import type { FrameworkProblem } from './problem.ts'

/** Links may lead to what is in the bundle, and to what belongs to macOS (validateSymlinkResource, StaticCode.cpp). */
export function linkProblems(resources: readonly Resource[]): readonly FrameworkProblem[] {
  const links = linksOf(resources)
  const places = new Set(
    resources.flatMap(({ path }) => {
      const names = path.split('/')
      return names.map((_, index) => names.slice(0, index + 1).join('/'))
    }),
  )
  const files = new Set(resources.flatMap(({ path, kind }) => (kind === 'link' ? [] : [path])))
  return [...links].flatMap(([path, target]): readonly FrameworkProblem[] => {
    if (/^\/(?:System|Library)\//.test(target)) return []
    const end = leadsTo(path, links, (file) => files.has(file))
    if (end !== undefined && (end === '' || places.has(end))) return []
    return [{ path, kind: 'link', detail: `\`${target}\` is not in the framework` }]
  })
}

export function linksOf(resources: readonly Resource[]): ReadonlyMap<string, string> {
  return new Map(
    resources.flatMap((each) => (each.kind === 'link' ? [[each.path, each.target] as const] : [])),
  )
}
