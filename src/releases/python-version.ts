/**
 * Orders CPython versions as PBS writes them (`3.14.6`, `3.15.0rc1`): PEP 440 for the forms that occur.
 * Negative when `a` is older.
 */
export function comparePythonVersions(a: string, b: string): number {
  const [x, y] = [sortKey(a), sortKey(b)]
  for (let index = 0; index < x.length; index++) {
    const difference = (x[index] ?? 0) - (y[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether `version` is what a request (`3.14` or `3.14.6`) asks for. */
export function matchesRequest(version: string, request: string): boolean {
  return version === request || (/^\d+\.\d+$/.test(request) && version.startsWith(`${request}.`))
}

function sortKey(version: string): readonly number[] {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:(a|b|rc)(\d+))?$/.exec(version)
  if (match === null) return [0]
  const [, major, minor, patch, phase, serial] = match
  const rank = phase === undefined ? 3 : ['a', 'b', 'rc'].indexOf(phase)
  return [major, minor, patch, rank, serial ?? 0].map(Number)
}
