import { bytesOf } from '../binary/bytes.ts'
import { isMacho, type Macho, readMacho } from '../binary/macho/macho.ts'

/** `MH_EXECUTE`, `MH_DYLIB`, `MH_BUNDLE`: what is loaded, and so signed. Objects and debug symbols are not. */
const loadedTypes = new Set([2, 6, 8])

/** Whether a file begins as code does: names tell nothing. */
export function mayBeCode(bytes: Buffer): boolean {
  return isMacho(bytes.subarray(0, 8))
}

/** A file that dyld may load; undefined for others. @throws PYEMBED_BINARY_INVALID */
export function readCode(bytes: Buffer): Macho | undefined {
  if (!mayBeCode(bytes)) return undefined
  const macho = readMacho(bytesOf(bytes))
  return isLoaded(macho) ? macho : undefined
}

export function isLoaded({ slices }: Macho): boolean {
  return slices.some(({ fileType }) => loadedTypes.has(fileType))
}
