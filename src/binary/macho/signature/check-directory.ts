import type { LoadCommand, SegmentCommand, VersionCommand } from '../commands.ts'
import type { MachoSlice } from '../macho.ts'
import { blobHeader, slots } from './blobs.ts'
import { adHoc, type CodeDirectory, hardenedRuntime, linkerSigned } from './code-directory.ts'
import { executableFlags, readEntitlements } from './entitlements.ts'
import type { Signature } from './read.ts'

/** What is wrong at some place of a code directory. */
export interface Fault {
  /** From the beginning of the blob. */
  readonly at: number
  readonly detail: string
}

/** The end of the fields of each version, where the identifier begins. */
const fieldsEnds: Readonly<Record<number, number>> = {
  0x20100: 48,
  0x20200: 52,
  0x20300: 64,
  0x20400: 88,
  0x20500: 96,
  0x20600: 108,
}

/** `CS_HARD`, `CS_KILL`, `CS_CHECK_EXPIRATION`, `CS_RESTRICT`, `CS_ENFORCEMENT`, `CS_REQUIRE_LV`: wishes of an identity. */
const identityFlags = 0x3f00

/** Names of the parts of a directory that no tool gives another value. */
const zeros: readonly (readonly [at: number, end: number, since: number])[] = [
  [38, 39, 0],
  [40, 44, 0],
  [52, 56, 0x20300],
  [92, 96, 0x20500],
]

const mainExecutable = 2

/** Compares a directory with the slice that it is of, but for the hashes. */
export function checkDirectory(
  slice: MachoSlice,
  { offset, isAdHoc, blobs }: Signature,
  directory: CodeDirectory,
): readonly Fault[] {
  const { blob, version, flags, codeLimit, execSegment, runtime } = directory
  const faults: Fault[] = []
  const expect = (isRight: boolean, at: number, detail: string): void => {
    if (!isRight) faults.push({ at, detail })
  }
  expect(fieldsEnds[version] !== undefined, 8, `its version 0x${version.toString(16)} is unknown`)
  const known = hardenedRuntime | (isAdHoc ? adHoc | linkerSigned : identityFlags)
  expect((flags & ~known) === 0, 12, `its flags 0x${flags.toString(16)} are unknown`)
  expect(((flags & adHoc) !== 0) === isAdHoc, 12, 'its flags and its CMS message disagree')
  const isHardened = (flags & hardenedRuntime) !== 0
  expect(isHardened === (runtime !== undefined && runtime !== 0), 12, 'its runtime is in doubt')
  expect(codeLimit === offset, 32, 'it does not sign all up to itself')
  for (const [at, end, since] of zeros) {
    const isZero = blob.bytes.subarray(at, end).every((byte) => byte === 0)
    expect(version < since || isZero, at, 'what is unused is not zero')
  }
  expect(isPacked(directory), 16, 'its parts do not follow each other')
  // ld's says another end of `__TEXT`.
  const isLinkers = (flags & linkerSigned) !== 0
  expect(!isLinkers || blobs.length === 1, 12, 'no linker signed it')
  if (execSegment !== undefined) {
    const text = slice.commands.find(isText)
    expect(execSegment.base === (text?.fileOffset ?? 0), 64, 'its code begins elsewhere')
    expect(isLinkers || execSegment.limit === (text?.fileSize ?? 0), 72, 'its code ends elsewhere')
    const wanted = execFlagsOf(slice, blobs)
    expect(execSegment.flags === wanted, 80, 'it allows something else than its entitlements')
  }
  const sdk = slice.commands.find(isVersion)?.sdk ?? 0
  expect(runtime === undefined || runtime === sdk, 88, 'it tells another runtime than the SDK')
  return faults
}

function execFlagsOf({ fileType }: MachoSlice, blobs: Signature['blobs']): number {
  if (fileType !== mainExecutable) return 0
  const xml = blobs.find(({ slot }) => slot === slots.entitlements)?.bytes.subarray(blobHeader)
  return executableFlags(xml === undefined ? undefined : readEntitlements(xml))
}

/** Fields, names, special slots and hashes leave no room but the zeros with which lld aligns them. */
function isPacked(directory: CodeDirectory): boolean {
  const { blob, version, identifier, identifierOffset, teamId, teamOffset } = directory
  const { hashOffset, hashSize, specialSlotCount, codeSlotCount } = directory
  const identifierEnd = identifierOffset + Buffer.byteLength(identifier) + 1
  const namesEnd = teamId === undefined ? identifierEnd : teamOffset + Buffer.byteLength(teamId) + 1
  const slotsAt = hashOffset - specialSlotCount * hashSize
  return (
    identifierOffset === fieldsEnds[version] &&
    (teamId === undefined || teamOffset === identifierEnd) &&
    slotsAt >= namesEnd &&
    slotsAt - namesEnd < 16 &&
    blob.bytes.subarray(namesEnd, slotsAt).every((byte) => byte === 0) &&
    hashOffset + codeSlotCount * hashSize === blob.bytes.length
  )
}

function isText(command: LoadCommand): command is LoadCommand & SegmentCommand {
  return command.kind === 'segment' && command.name === '__TEXT'
}

function isVersion(command: LoadCommand): command is LoadCommand & VersionCommand {
  return command.kind === 'version'
}
