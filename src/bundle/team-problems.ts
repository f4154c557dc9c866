import { join } from 'node:path'

import { withBytes } from '../binary/bytes.ts'
import { blobHeader, slots } from '../binary/macho/signature/blobs.ts'
import { hardenedRuntime } from '../binary/macho/signature/code-directory.ts'
import { readEntitlements } from '../binary/macho/signature/entitlements.ts'
import { readSignature, type Signature } from '../binary/macho/signature/read.ts'
import { hasErrorCode } from '../errors.ts'
import type { Closure } from './closure.ts'
import { sliceFor } from './find-library.ts'
import type { BundleProblem } from './problem.ts'
import type { BundleTree } from './tree.ts'

/** `CS_REQUIRE_LV`, which the hardened runtime implies. */
const requireLibraryValidation = 0x2000

export const libraryValidation = 'com.apple.security.cs.disable-library-validation'

/**
 * What dyld would not load into a program that has the hardened runtime: code of another team. None is the team of
 * nobody, also where the program has none, too (Hardened Runtime, “Disable Library Validation Entitlement”).
 */
export function teamProblems(
  tree: BundleTree,
  { arch, program, loads }: Closure,
): readonly BundleProblem[] {
  const own = signatureOf(tree, program, arch)
  if (own === undefined || !isChoosy(own)) return []
  const [{ teamId: team }] = own.directories
  const [first, ...others] = [...loads.keys()].filter((path) => {
    if (path === program) return false
    const signature = signatureOf(tree, path, arch)
    // Of code that is not signed other checks tell.
    return (
      signature !== undefined && (team === undefined || signature.directories[0].teamId !== team)
    )
  })
  if (first === undefined) return []
  const what =
    others.length === 0 ? `\`${first}\` is` : `\`${first}\` and ${others.length} more are`
  const whose = team === undefined ? 'its team, for it has none' : `its team \`${team}\``
  const detail = `${what} not of ${whose}, and it is hardened without \`${libraryValidation}\``
  return [{ path: program, kind: 'signature', detail }]
}

/** Whether a program loads only what its own team signed. */
function isChoosy({ blobs, directories: [{ flags }] }: Signature): boolean {
  if ((flags & (hardenedRuntime | requireLibraryValidation)) === 0) return false
  const xml = blobs.find(({ slot }) => slot === slots.entitlements)?.bytes.subarray(blobHeader)
  return xml === undefined || !isGranted(xml)
}

function isGranted(entitlements: Buffer): boolean {
  try {
    return readEntitlements(entitlements).get(libraryValidation) === true
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_PLIST_INVALID')) throw error
    return false
  }
}

/** Of damaged code other checks tell. */
function signatureOf(tree: BundleTree, path: string, arch: string): Signature | undefined {
  const slice = sliceFor(tree, path, arch)
  if (slice === undefined) return undefined
  try {
    return withBytes(join(tree.app, path), (file) => readSignature(file, slice))
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) throw error
    return undefined
  }
}
