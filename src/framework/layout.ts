import { posix } from 'node:path'

import { foldPath } from '../archive/names.ts'
import type { LogicalMode } from '../fs/tree-writer.ts'
import { type Inventory, isLink } from '../fs/inventory.ts'
import type { PrefixLayout } from '../platform/layout.ts'
import { compareText } from '../text/json.ts'
import { leadsTo } from './link-target.ts'
import { createRuleFinder, resourceRules } from './resource-rules.ts'
import { unfit } from './unfit.ts'

/** Something in a framework, by its path in it. */
export type FrameworkItem = { readonly path: string } & (
  | { readonly kind: 'file'; readonly from: string; readonly mode: LogicalMode }
  | { readonly kind: 'link'; readonly target: string }
)

/** What is sealed: the only version that there is (bundles with more are judged by all of them, TN2206). */
export const versionFolder = 'Versions/A'

/** The file that is the framework, in {@link versionFolder}. */
export const executableName = 'Python'

/** What pyembed itself puts into {@link versionFolder}. */
const ownNames = [
  'Python',
  'Resources',
  'Headers',
  '_CodeSignature',
  'CodeResources',
  '_MASReceipt',
]

/**
 * Where the files of a prefix go in a `Python.framework`, sorted, without `Info.plist` and the seal. Folders stay what
 * they are, so that Python finds its library from `bin`; the library becomes the framework's file.
 * @throws PYEMBED_FRAMEWORK_UNFIT for a prefix that codesign would not take in this form
 */
export function planFramework(
  inventory: Inventory,
  { library, include }: PrefixLayout,
): readonly FrameworkItem[] {
  requireFolders(inventory)
  const inVersion: FrameworkItem[] = [
    { path: library, kind: 'link', target: posix.relative(posix.dirname(library), executableName) },
  ]
  for (const [path, record] of inventory) {
    if (isLink(record)) inVersion.push({ path, kind: 'link', target: record.link })
    else if (path === library)
      inVersion.push({ path: executableName, kind: 'file', from: path, mode: record.mode })
    else inVersion.push({ path, kind: 'file', from: path, mode: record.mode })
  }
  if (inVersion.every(({ path }) => path !== executableName)) throw unfit(library, 'is missing')
  const hasHeaders = inVersion.some(({ path }) => path.startsWith(`${include}/`))
  if (hasHeaders) inVersion.push({ path: 'Headers', kind: 'link', target: include })
  requireLinks(inVersion)

  const links = ['Python', 'Resources', ...(hasHeaders ? ['Headers'] : [])]
  const items: FrameworkItem[] = [
    ...inVersion.map((item) => ({ ...item, path: `${versionFolder}/${item.path}` })),
    { path: 'Versions/Current', kind: 'link', target: 'A' },
    ...links.map((path): FrameworkItem => ({
      path,
      kind: 'link',
      target: `Versions/Current/${path}`,
    })),
  ]
  return items.sort((a, b) => compareText(a.path, b.path))
}

/**
 * In the folder that is sealed codesign takes each file, and each folder with a dot in its name, for code with a seal
 * of its own; so it does in folders with certain names (resources.cpp: ResourceBuilder::scan).
 */
function requireFolders(inventory: Inventory): void {
  const findRule = createRuleFinder(resourceRules.rules2)
  const own = new Set(ownNames.map(foldPath))
  for (const path of inventory.keys()) {
    const [top = '', ...rest] = path.split('/')
    if (own.has(foldPath(top))) throw unfit(path, `is in the way of the framework’s own \`${top}\``)
    if (rest.length === 0) throw unfit(path, 'is in no folder')
    if (top.includes('.')) throw unfit(path, 'is in a folder with a dot in its name')
    const rule = findRule(path)
    if (rule?.nested === true) throw unfit(path, `is in \`${top}\`, where macOS expects bundles`)
    if (rule === undefined) throw unfit(path, 'has a name that no seal covers')
  }
}

/** codesign refuses links to nothing and out of the bundle (SecStaticCode::validateSymlinkResource). */
function requireLinks(items: readonly FrameworkItem[]): void {
  const links = new Map(
    items.flatMap((item) => (item.kind === 'link' ? [[item.path, item.target] as const] : [])),
  )
  const files = new Set(items.flatMap(({ path, kind }) => (kind === 'file' ? [path] : [])))
  const folders = new Set(items.flatMap(({ path }) => foldersOf(path)))
  for (const [path, target] of links) {
    const end = leadsTo(path, links, (each) => folders.has(each))
    if (end !== undefined && (files.has(end) || folders.has(end))) continue
    throw unfit(path, `is a link to \`${target}\`, which is not in the prefix`)
  }
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
