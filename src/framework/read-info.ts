import { hasErrorCode } from '../errors.ts'
import { readAnyPlist } from '../text/binary-plist.ts'
import type { PlistDictionary } from '../text/plist.ts'

/** What an `Info.plist` says, as far as anybody can tell. */
export interface BundleInfo {
  readonly info: PlistDictionary
  /** `CFBundleExecutable` */
  readonly name: string | undefined
  /** Why it cannot be relied on. */
  readonly fault: string | undefined
}

/** What a damaged one says counts for nothing, and keeps nobody from looking at the rest of the bundle. */
export function readInfo(bytes: Buffer | undefined): BundleInfo {
  if (bytes === undefined) return { info: new Map(), name: undefined, fault: undefined }
  try {
    const info = readAnyPlist(bytes)
    const name = info.get('CFBundleExecutable')
    if (typeof name !== 'string') return { info, name: undefined, fault: undefined }
    if (isFileName(name)) return { info, name, fault: undefined }
    return { info, name: undefined, fault: '`CFBundleExecutable` is no name of a file' }
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_PLIST_INVALID')) throw error
    return { info: new Map(), name: undefined, fault: error.message }
  }
}

/** A file of the bundle, or others would be signed. */
function isFileName(name: string): boolean {
  return !/[/\0]/.test(name) && !['', '.', '..'].includes(name)
}
