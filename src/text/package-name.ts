/** PEP 503: how names of packages are compared. */
export function normalizeName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase()
}
