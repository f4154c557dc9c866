/** JSON as this project writes it: sorted keys, two spaces, newline at the end. Equal data gives equal bytes. */
export function formatJson(data: unknown): string {
  return `${JSON.stringify(sortKeys(data), null, 2)}\n`
}

/** The same without white space, for digests. */
export function canonicalJson(data: unknown): string {
  return JSON.stringify(sortKeys(data))
}

function sortKeys(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(sortKeys)
  if (data === null || typeof data !== 'object') return data
  // Without a prototype `__proto__` is a key as any other. Lists of pairs took three times as long.
  const sorted = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(data).sort()) sorted[key] = sortKeys((data as typeof sorted)[key])
  return sorted
}

/** Orders by UTF-16 code unit, the same on every machine (localeCompare is not). */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
