import { lstatSync } from 'node:fs'
import { join } from 'node:path'

import { withBytes } from '../binary/bytes.ts'
import { isPe, isPeSigned } from '../binary/pe/pe.ts'
import { hasErrorCode } from '../errors.ts'
import { walkFiles } from '../fs/walk.ts'
import { compareText } from '../text/json.ts'
import type { SignItem } from './sign-plan.ts'

/** The programs and libraries of a package for Windows that nobody signed yet, for `signtool sign`. */
export function planWindowsSigning(folder: string): readonly SignItem[] {
  return [...walkFiles(folder)]
    .filter(({ path, isLink }) => !isLink && isUnsigned(join(folder, path)))
    .map(({ path }): SignItem => ({
      path: join(folder, path),
      kind: 'pe',
      identifier: null,
      entitlements: null,
      options: ['/fd', 'sha256', '/td', 'sha256'],
    }))
    .toSorted((a, b) => compareText(a.path, b.path))
}

/** What begins with `MZ` only is a program of DOS, which has no place for a signature. */
function isUnsigned(path: string): boolean {
  if (!lstatSync(path).isFile()) return false
  try {
    return withBytes(path, (bytes) => {
      if (bytes.size < 64 || !isPe(bytes.read(0, 2).bytes)) return false
      return !isPeSigned(bytes)
    })
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return false
    throw error
  }
}
