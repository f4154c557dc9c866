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
  return findWindowsCode(folder)
    .filter(({ isSigned }) => !isSigned)
    .map(({ path }): SignItem => ({
      path: join(folder, path),
      kind: 'pe',
      identifier: null,
      entitlements: null,
      options: ['/fd', 'sha256', '/td', 'sha256'],
    }))
}

/** A program or library for Windows. */
export interface WindowsCode {
  /** In the folder. */
  readonly path: string
  readonly isSigned: boolean
}

/** The programs and libraries for Windows below a folder, by what they begin with. */
export function findWindowsCode(folder: string): readonly WindowsCode[] {
  return [...walkFiles(folder)]
    .flatMap(({ path, isLink }): readonly WindowsCode[] => {
      const isSigned = isLink ? undefined : hasSignature(join(folder, path))
      return isSigned === undefined ? [] : [{ path, isSigned }]
    })
    .toSorted((a, b) => compareText(a.path, b.path))
}

/** Undefined for other files: what begins with `MZ` only is a program of DOS, which has no place for a signature. */
function hasSignature(path: string): boolean | undefined {
  if (!lstatSync(path).isFile()) return undefined
  try {
    return withBytes(path, (bytes) => {
      if (bytes.size < 64 || !isPe(bytes.read(0, 2).bytes)) return undefined
      return isPeSigned(bytes)
    })
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return undefined
    throw error
  }
}
