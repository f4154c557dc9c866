import type { Removal } from '../store/removal.ts'
import { formatColumns } from '../text/columns.ts'
import { formatSize } from '../text/size.ts'

/** What is removed, a line each. */
export function removalRows(removed: readonly Removal[]): string {
  return formatColumns(
    removed.map(({ kind, path, sizeBytes }) => [kind, formatSize(sizeBytes), path]),
  )
}
