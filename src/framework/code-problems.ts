import { bytesOf } from '../binary/bytes.ts'
import { architectureOf } from '../binary/macho/architecture.ts'
import type { Macho, MachoSlice } from '../binary/macho/macho.ts'
import { slots } from '../binary/macho/signature/blobs.ts'
import { hardenedRuntime, hashFor, specialHash } from '../binary/macho/signature/code-directory.ts'
import { checkPages } from '../binary/macho/signature/pages.ts'
import { readSignature, type Signature } from '../binary/macho/signature/read.ts'
import { sealMacho } from '../binary/macho/signature/seal.ts'
import { hasErrorCode } from '../errors.ts'
import type { FrameworkProblem } from './problem.ts'

/** What the signature of a bundle's own file is over, beside the file. */
export interface SignedParts {
  readonly identifier: string
  readonly infoPlist: Buffer
  readonly codeResources: Buffer
  /** pyembed made it. */
  readonly isOurs: boolean
}

/** What is wrong with the signature of a file of code, of each slice. `parts` of the bundle's own file. */
export function codeProblems(
  path: string,
  bytes: Buffer,
  { slices }: Macho,
  parts?: SignedParts,
): readonly FrameworkProblem[] {
  const wrong = (detail: string): FrameworkProblem => ({ path, kind: 'signature', detail })
  try {
    const signatures = slices.map((slice) => ({
      slice,
      signature: readSignature(bytesOf(bytes), slice),
    }))
    const problems = signatures.flatMap(({ slice, signature }) =>
      signature === undefined ? ['it is not signed'] : signatureProblems(slice, signature, parts),
    )
    const pages = checkPages(bytes).map(
      ({ arch, offset, size }) => `${size} bytes at ${offset} (${arch}) are not those it signs`,
    )
    const isWhole = problems.length + pages.length === 0
    const seal = isWhole && parts?.isOurs === true ? otherSeal(bytes, signatures, parts) : []
    return [...problems, ...pages, ...seal].map(wrong)
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return [wrong(error.message)]
    throw error
  }
}

function signatureProblems(
  slice: MachoSlice,
  { offset, blobs, directories }: Signature,
  parts: SignedParts | undefined,
): readonly string[] {
  const arch = architectureOf(slice)
  const blobAt = (slot: number): Buffer | undefined =>
    blobs.find((blob) => blob.slot === slot)?.bytes
  return directories.flatMap((directory) => {
    const over = (slot: number, bytes: Buffer | undefined, name: string): readonly string[] => {
      const signed = specialHash(directory, slot)
      const isSame =
        bytes === undefined
          ? signed === undefined
          : signed?.equals(hashFor(directory, bytes)) === true
      return isSame ? [] : [`it (${arch}) signs another ${name}, or none`]
    }
    return [
      ...(directory.codeLimit === offset ? [] : [`it (${arch}) does not sign all of the file`]),
      ...over(slots.requirements, blobAt(slots.requirements), 'requirement'),
      ...over(slots.entitlements, blobAt(slots.entitlements), 'list of entitlements'),
      ...over(slots.derEntitlements, blobAt(slots.derEntitlements), 'list of entitlements'),
      ...(parts === undefined
        ? []
        : [
            ...over(slots.infoPlist, parts.infoPlist, '`Info.plist`'),
            ...over(slots.codeResources, parts.codeResources, '`CodeResources`'),
            ...(directory.identifier === parts.identifier
              ? []
              : [`it (${arch}) names \`${directory.identifier}\`, not \`CFBundleIdentifier\``]),
          ]),
    ]
  })
}

/**
 * Nothing signs the signature of a bundle's own file where nobody's identity did, and a field of it that was changed
 * may do no harm that shows. But for given bytes there is one signature, and that can be made once more.
 */
function otherSeal(
  bytes: Buffer,
  signatures: readonly { readonly signature: Signature | undefined }[],
  { identifier, infoPlist, codeResources }: SignedParts,
): readonly string[] {
  if (signatures.some(({ signature }) => signature?.isAdHoc !== true)) return []
  const flags = signatures[0]?.signature?.directories[0].flags ?? 0
  const isRuntime = (flags & hardenedRuntime) !== 0
  const options = { identifier, infoPlist, codeResources, isRuntime }
  const made = (['exact', 'codesign'] as const).map((padding) =>
    sealMacho(bytes, { ...options, padding }),
  )
  if (made.some((each) => each.equals(bytes))) return []
  const nearest = made.find(({ length }) => length === bytes.length) ?? made[0]
  const offset = bytes.findIndex((byte, index) => byte !== nearest?.[index])
  return [`it is not as codesign or pyembed make it, from ${offset} on`]
}
