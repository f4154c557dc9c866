import { lstatSync } from 'node:fs'

/**
 * What changes with a file's content, unless someone sets the time back: inode, size and time of the last write, as
 * git and ninja tell whether a file needs another look. Undefined when nothing is there.
 */
export function stampFile(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found === undefined ? undefined : `${found.ino} ${found.size} ${found.mtimeMs}`
}
