import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The folder that holds `name` at `directory` or the nearest folder above it, or undefined. */
export async function findUpwards(directory: string, name: string): Promise<string | undefined> {
  for (let current = directory; ; current = dirname(current)) {
    const isThere = await access(join(current, name)).then(
      () => true,
      () => false,
    )
    if (isThere) return current
    if (dirname(current) === current) return undefined
  }
}
