import { isUtf8 } from 'node:buffer'
import { readFileSync, type Stats, statSync } from 'node:fs'

import { systemErrorCode } from '../errors.ts'

/** Undefined when it is not there; what is no text is empty; what may not be read is not taken for garbage. */
export function readThere(
  path: string,
): { readonly text: string; readonly status: Stats } | undefined {
  try {
    const status = statSync(path)
    // A pipe would be waited for.
    if (!status.isFile()) return { text: '', status }
    // Three times as fast as a Buffer and a look at it.
    const text = readFileSync(path, 'utf8')
    return { text: text.includes('\ufffd') && !isUtf8(readFileSync(path)) ? '' : text, status }
  } catch (error) {
    const code = systemErrorCode(error) ?? ''
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code)) return undefined
    throw error
  }
}
