import { stat } from 'node:fs/promises'

import { systemErrorCode } from '../errors.ts'

/** Bytes of a file, or undefined when it is not there. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
