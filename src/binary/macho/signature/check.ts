import { PyEmbedError } from '../../../errors.ts'
import { type Bytes, bytesOf } from '../../bytes.ts'
import { architectureOf } from '../architecture.ts'
import { type MachoSlice, readMacho } from '../macho.ts'
import { blobHeader, magics, slots } from './blobs.ts'
import { checkDirectory } from './check-directory.ts'
import { type CodeDirectory, hashFor, linkerSigned, specialHash } from './code-directory.ts'
import { embeddedInfoPlist } from './info-plist.ts'
import { wrongPages } from './pages.ts'
import { readSignature, type Signature } from './read.ts'

export interface SignatureProblem {
  readonly arch: string
  /**
   * `unsigned`: no signature; `page`: code that is not what was signed; `resource`: `Info.plist` or CodeResources that
   * are not; `identifier`: another one; `signature`: it contradicts itself, the file or the format; `padding`: what
   * is reserved behind it is not zero, as tools leave it that sign again.
   */
  readonly kind: 'unsigned' | 'page' | 'resource' | 'identifier' | 'signature' | 'padding'
  /** In the file. */
  readonly offset: number
  readonly detail: string
}

/** What the signature must be of. */
export interface SignedWith {
  readonly identifier?: string | undefined
  readonly infoPlist?: Buffer | undefined
  readonly codeResources?: Buffer | undefined
}

type Problem = Omit<SignatureProblem, 'arch'>

/**
 * What is wrong with the signatures of a file, but for those of identities, whose CMS message is not looked into.
 * @throws PYEMBED_BINARY_INVALID when the file itself cannot be read
 */
export function checkSignature(bytes: Buffer, expected: SignedWith): readonly SignatureProblem[] {
  const file = bytesOf(bytes)
  return readMacho(file).slices.flatMap((slice) => {
    const arch = architectureOf(slice)
    return checkSlice(file, slice, expected).map((problem) => ({ arch, ...problem }))
  })
}

function checkSlice(file: Bytes, slice: MachoSlice, expected: SignedWith): readonly Problem[] {
  try {
    const signature = readSignature(file, slice)
    if (signature === undefined) {
      return [{ kind: 'unsigned', offset: slice.offset, detail: 'it is not signed' }]
    }
    return [
      ...checkBlobs(file, slice, signature),
      ...signature.directories.flatMap((directory) => [
        ...checkHashes(file, slice, signature, directory, expected),
        ...checkDirectory(slice, signature, directory).map(({ at, detail }) => ({
          kind: 'signature' as const,
          offset: slice.offset + signature.offset + directory.blob.at + at,
          detail,
        })),
      ]),
    ]
  } catch (error) {
    if (!(error instanceof PyEmbedError)) throw error
    const command = slice.commands.find((each) => each.kind === 'linkedit' && each.command === 0x1d)
    const at = command?.kind === 'linkedit' ? command.dataOffset : 0
    return [{ kind: 'signature', offset: slice.offset + at, detail: error.message }]
  }
}

const magicOf: Readonly<Record<number, number>> = {
  [slots.codeDirectory]: magics.codeDirectory,
  [slots.requirements]: magics.requirements,
  [slots.entitlements]: magics.entitlements,
  [slots.derEntitlements]: magics.derEntitlements,
  [slots.cms]: magics.cms,
}

/** Blobs are of known types, one behind the other; what is between them, where lld aligns, and behind them is zero. */
function checkBlobs(file: Bytes, slice: MachoSlice, signature: Signature): readonly Problem[] {
  const { offset, reserved, size, blobs } = signature
  const start = slice.offset + offset
  const area = file.read(start, reserved).bytes
  const isZero = (from: number, to: number): boolean =>
    area.subarray(from, to).every((byte) => byte === 0)
  const problems: Problem[] = []
  let end = 12 + blobs.length * 8
  for (const { slot, magic, at, bytes } of blobs) {
    const isDirectory = slot >= slots.alternateCodeDirectories && slot < slots.cms
    const wanted = isDirectory ? magics.codeDirectory : magicOf[slot]
    if (magic !== wanted || at < end || at - end > 8 || !isZero(end, at)) {
      problems.push({ kind: 'signature', offset: start + at, detail: `its blob ${slot} is odd` })
    }
    end = at + bytes.length
  }
  if (!blobs.some(({ slot }) => slot === slots.codeDirectory)) {
    problems.push({ kind: 'signature', offset: start, detail: 'its first directory is missing' })
  }
  if (end !== size) {
    problems.push({ kind: 'signature', offset: start + 4, detail: 'its length is wrong' })
  }
  if (!isZero(end, reserved)) {
    problems.push({ kind: 'padding', offset: start + end, detail: 'bytes follow it' })
  }
  return problems
}

function checkHashes(
  file: Bytes,
  slice: MachoSlice,
  signature: Signature,
  directory: CodeDirectory,
  expected: SignedWith,
): readonly Problem[] {
  const problems: Problem[] = wrongPages(file, slice, directory).map(({ offset: at, size }) => ({
    kind: 'page',
    offset: at,
    detail: `${size} bytes are not what was signed`,
  }))
  const start = slice.offset + signature.offset + directory.blob.at
  const { identifier } = directory
  if (expected.identifier !== undefined && identifier !== expected.identifier) {
    problems.push({
      kind: 'identifier',
      offset: start + directory.identifierOffset,
      detail: `it is \`${identifier}\`, not \`${expected.identifier}\``,
    })
  }
  for (let slot = 1; slot <= Math.max(directory.specialSlotCount, slots.derEntitlements); slot++) {
    const found = specialHash(directory, slot)
    const content = contentOf(file, slice, signature, expected, slot)
    const isRight =
      content === undefined
        ? found === undefined
        : found?.equals(hashFor(directory, content)) === true
    if (isRight) continue
    const isResource = slot === slots.infoPlist || slot === slots.codeResources
    const name = resourceNames[slot] ?? `special slot ${slot}`
    problems.push({
      kind: isResource ? 'resource' : 'signature',
      offset: start + Math.max(directory.hashOffset - slot * directory.hashSize, 0),
      detail:
        content === undefined
          ? `${name} was signed and is missing`
          : `${name} is not what was signed`,
    })
  }
  return problems
}

const resourceNames: Readonly<Record<number, string>> = {
  [slots.infoPlist]: '`Info.plist`',
  [slots.codeResources]: '`_CodeSignature/CodeResources`',
}

/** What a special slot must have the hash of. */
function contentOf(
  file: Bytes,
  slice: MachoSlice,
  { blobs, directories }: Signature,
  { infoPlist, codeResources }: SignedWith,
  slot: number,
): Buffer | undefined {
  if (slot === slots.infoPlist) {
    // Linkers do not look for it.
    const isLinkers = directories.some(({ flags }) => (flags & linkerSigned) !== 0)
    return infoPlist ?? (isLinkers ? undefined : embeddedInfoPlist(file, slice))
  }
  if (slot === slots.codeResources) return codeResources
  return blobs.find((blob) => blob.slot === slot && blob.bytes.length > blobHeader)?.bytes
}
