/** As many links as a system follows, and more (MAXSYMLINKS is 32 on macOS). */
const mostLinks = 64

/**
 * Where a path leads in the end, over links of the tree, as the system goes there: name by name. Undefined when it
 * leaves the tree, goes in a circle, or back from what is no folder. All paths are relative to the tree.
 */
export function leadsTo(
  path: string,
  links: ReadonlyMap<string, string>,
  isFolder: (path: string) => boolean,
): string | undefined {
  const left = path.split('/')
  const reached: string[] = []
  for (let followed = 0; left.length > 0;) {
    const name = left.shift() ?? ''
    if (['', '.', '..'].includes(name)) {
      if (reached.length > 0 && !isFolder(reached.join('/'))) return undefined
      if (name === '..' && reached.pop() === undefined) return undefined
      continue
    }
    reached.push(name)
    const target = links.get(reached.join('/'))
    if (target === undefined) continue
    followed += 1
    if (followed > mostLinks || target.startsWith('/')) return undefined
    reached.pop()
    left.unshift(...target.split('/'))
  }
  return reached.join('/')
}
