/** As many links as a system follows, and more (MAXSYMLINKS is 32 on macOS). */
const mostLinks = 64

/**
 * Where a link leads in the end, over other links of the tree, as the system goes there: name by name. Undefined when
 * it leaves the tree, goes through a file or in a circle. All paths are relative to the tree.
 */
export function leadsTo(
  path: string,
  links: ReadonlyMap<string, string>,
  isFile: (path: string) => boolean,
): string | undefined {
  const left = path.split('/')
  const reached: string[] = []
  for (let followed = 0; left.length > 0;) {
    const name = left.shift() ?? ''
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (reached.pop() === undefined) return undefined
      continue
    }
    reached.push(name)
    const place = reached.join('/')
    const target = links.get(place)
    if (target === undefined && left.length > 0 && isFile(place)) return undefined
    if (target === undefined) continue
    followed += 1
    if (followed > mostLinks || target.startsWith('/')) return undefined
    reached.pop()
    left.unshift(...target.split('/'))
  }
  return reached.join('/')
}
