import { readFileSync } from 'node:fs'

/** The text of a file, or undefined when it cannot be read. Synchronous: for small files, that is quicker. */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
