import { readFile } from 'node:fs/promises'

/** The text of a file, or undefined when it cannot be read. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
