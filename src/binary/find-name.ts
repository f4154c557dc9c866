/**
 * Where a name is in a table of NUL-terminated names: every offset a symbol may point at. It may be the end
 * of a longer one, for linkers keep one copy of both.
 */
export function findName(strings: Buffer, name: string): ReadonlySet<number> {
  const wanted = Buffer.from(`${name}\0`)
  const found = new Set<number>()
  for (let at = strings.indexOf(wanted); at !== -1; at = strings.indexOf(wanted, at + 1)) {
    found.add(at)
  }
  return found
}
