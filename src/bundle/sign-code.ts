import { posix } from 'node:path'

import { bytesOf } from '../binary/bytes.ts'
import { readMacho } from '../binary/macho/macho.ts'
import { blobHeader, slots } from '../binary/macho/signature/blobs.ts'
import { checkSignature, type SignedWith } from '../binary/macho/signature/check.ts'
import { hardenedRuntime, linkerSigned } from '../binary/macho/signature/code-directory.ts'
import { defaultIdentifier } from '../binary/macho/signature/identifier.ts'
import { readSignature } from '../binary/macho/signature/read.ts'
import { sealPieces, type SealOptions } from '../binary/macho/signature/seal.ts'
import { hasErrorCode } from '../errors.ts'

/** What of an ad-hoc signature goes into the next one, as `codesign --preserve-metadata` takes it over. */
export type KeptOptions = Pick<SealOptions, 'entitlements' | 'isRuntime'>

/** Nothing of a linker’s, and nothing of an identity’s: those entitlements need the identity. */
export function keptOptions(bytes: Buffer): KeptOptions {
  const file = bytesOf(bytes)
  const [slice] = readMacho(file).slices
  const signature = slice === undefined ? undefined : ifReadable(() => readSignature(file, slice))
  const flags = signature?.directories[0].flags ?? 0
  if (signature?.isAdHoc !== true || (flags & linkerSigned) !== 0) return {}
  const blob = signature.blobs.find(({ slot }) => slot === slots.entitlements)
  return {
    entitlements: blob?.bytes.subarray(blobHeader),
    isRuntime: (flags & hardenedRuntime) !== 0,
  }
}

/** Whether nothing is wrong with the signature. What tools leave behind a signature does no harm. */
export function isSigned(bytes: Buffer, parts: SignedWith, ignored: readonly string[]): boolean {
  return checkSignature(bytes, parts).every(
    ({ kind }) => kind === 'padding' || ignored.includes(kind),
  )
}

/** Code that is in no bundle of its own, with a new ad-hoc signature, in pieces. */
export function signCode(path: string, bytes: Buffer, kept: KeptOptions): readonly Buffer[] {
  const identifier = defaultIdentifier(posix.basename(path), bytesOf(bytes))
  return sealPieces(bytes, { ...kept, identifier })
}

/** One that is damaged has nothing to keep. */
function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return undefined
    throw error
  }
}
