import { join } from 'node:path'

import { isFolder } from '../fs/regular-file.ts'
import type { Resource } from './code-resources.ts'
import { leadsTo } from './link-target.ts'
import type { FrameworkProblem } from './problem.ts'

/**
 * Links may lead to what is in the folder that is sealed, and to what belongs to macOS (validateSymlinkResource,
 * StaticCode.cpp).
 */
export function linkProblems(
  root: string,
  resources: readonly Resource[],
): readonly FrameworkProblem[] {
  const links = linksOf(resources)
  const isFolderOf = (path: string): boolean => isFolder(join(root, path))
  const files = new Set(resources.flatMap(({ path, kind }) => (kind === 'link' ? [] : [path])))
  return [...links].flatMap(([path, target]): readonly FrameworkProblem[] => {
    // It would be left out of the seal (ResourceBuilder::scan, resources.cpp).
    if (/(?:^|\/)\.DS_Store$/i.test(path)) {
      return [{ path, kind: 'link', detail: 'a file of Finder’s may be no link' }]
    }
    if (/^\/(?:System|Library)\//.test(target)) return []
    const end = leadsTo(path, links, isFolderOf)
    if (end !== undefined && (files.has(end) || isFolderOf(end))) return []
    return [{ path, kind: 'link', detail: `\`${target}\` is not in the framework` }]
  })
}

export function linksOf(resources: readonly Resource[]): ReadonlyMap<string, string> {
  return new Map(
    resources.flatMap((each) => (each.kind === 'link' ? [[each.path, each.target] as const] : [])),
  )
}
