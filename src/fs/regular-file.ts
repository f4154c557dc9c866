import { lstatSync, readFileSync, type Stats } from 'node:fs'

import { systemErrorCode } from '../errors.ts'

/** What is at a path, which may be a link; undefined when there is nothing, or links before it lead in a circle. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (systemErrorCode(error) === 'ELOOP') return undefined
    throw error
  }
}

/** The bytes of a regular file. Nothing else is read: a pipe would wait for its writer, a device for ever. */
export function readRegularFile(path: string): Buffer | undefined {
  return lookAt(path)?.isFile() === true ? readFileSync(path) : undefined
}
