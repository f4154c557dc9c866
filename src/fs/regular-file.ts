import { lstatSync, readFileSync, type Stats } from 'node:fs'

import { systemErrorCode } from '../errors.ts'

/** What is at a path, which may be a link; undefined where nothing can be: below a file, where links lead in a circle, of too long a name. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (['ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(systemErrorCode(error) ?? ''))
      return undefined
    throw error
  }
}

/** Whether there is a folder, and not a link to one. */
export function isFolder(path: string): boolean {
  return lookAt(path)?.isDirectory() === true
}

/** The bytes of a regular file. Nothing else is read: a pipe would wait for its writer, a device for ever. */
export function readRegularFile(path: string): Buffer | undefined {
  return lookAt(path)?.isFile() === true ? readFileSync(path) : undefined
}
