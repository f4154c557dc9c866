import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder that holds `name` at `directory` or the nearest folder above it, or undefined. */
export function findUpwards(directory: string, name: string): string | undefined {
  for (let current = directory; ; current = dirname(current)) {
    if (existsSync(join(current, name))) return current
    if (dirname(current) === current) return undefined
  }
}
