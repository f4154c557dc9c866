import { bytesOf } from '../../bytes.ts'
import { cpuTypes } from '../architecture.ts'
import type { LoadCommand, SegmentCommand, VersionCommand } from '../commands.ts'
import { readEditable, unsupportedMacho } from '../editable.ts'
import { executable, type MachoSlice } from '../macho.ts'
import { noRoom } from '../room.ts'
import { magics, renderBlob, renderSuperBlob, slots, superBlobSize } from './blobs.ts'
import { adHoc, hardenedRuntime } from './code-directory.ts'
import { executableFlags, readEntitlements, renderEntitlements } from './entitlements.ts'
import { joinFat } from './fat.ts'
import { embeddedInfoPlist } from './info-plist.ts'
import { type Placement, placeSignature, renderSignedHeader } from './placement.ts'
import { type DirectoryPlan, directorySize, renderDirectory } from './render-directory.ts'

export interface SealOptions {
  /** Of the bundle, or see `defaultIdentifier`. */
  readonly identifier: string
  /**
   * The bundle's `Info.plist`, and its `_CodeSignature/CodeResources`, for its main executable. Other code has the
   * `Info.plist` that it carries, if any.
   */
  readonly infoPlist?: Buffer | undefined
  readonly codeResources?: Buffer | undefined
  /** A property list in XML, for executables. */
  readonly entitlements?: Buffer | undefined
  /** With the hardened runtime. */
  readonly isRuntime?: boolean | undefined
  /** `codesign`: as much room as Apple's tool reserves for a CMS message. */
  readonly padding?: 'exact' | 'codesign' | undefined
}

/** What codesign adds to its estimate of a signature, for a CMS message that an ad-hoc one does not have. */
const cmsEstimate = 18_000

/**
 * The file with a new ad-hoc signature, as codesign makes it, in each slice.
 * @throws PYEMBED_BINARY_INVALID, PYEMBED_MACHO_UNSUPPORTED, PYEMBED_MACHO_NO_ROOM, PYEMBED_PLIST_INVALID
 */
export function sealMacho(bytes: Buffer, options: SealOptions): Buffer {
  return Buffer.concat(sealPieces(bytes, options))
}

/**
 * The same in pieces, one after the other, for who writes it down: all but headers and signatures is the memory of
 * `bytes`, so that no code is copied.
 * @throws as {@link sealMacho} does
 */
export function sealPieces(bytes: Buffer, options: SealOptions): readonly Buffer[] {
  if (options.identifier === '' || options.identifier.includes('\0')) {
    throw unsupportedMacho(`\`${options.identifier}\` identifies no code`)
  }
  const { isFat, slices } = readEditable(bytesOf(bytes))
  const sealed = slices.map((slice) => sealSlice(bytes, slice, options))
  const [only] = sealed
  return isFat || only === undefined ? joinFat(bytes, sealed) : only
}

function sealSlice(file: Buffer, slice: MachoSlice, options: SealOptions): readonly Buffer[] {
  const placement = placeSignature(slice)
  const blobs = makeBlobs(slice, options)
  const infoPlist = options.infoPlist ?? embeddedInfoPlist(bytesOf(file), slice)
  const plan = makePlan(slice, placement, blobs, { ...options, infoPlist })
  const blobSizes = [directorySize(plan), ...[...blobs.values()].map(({ length }) => length)]
  const estimate = options.padding === 'codesign' ? cmsEstimate : 0
  const reserved = Math.ceil((superBlobSize(blobSizes) + estimate) / 16) * 16

  const { codeEnd, codeLimit } = placement
  if (codeLimit + reserved > 0xffff_ffff) throw unsupportedMacho('it has more than 4 GiB')
  const header = renderSignedHeader(bytesOf(file), slice, placement, reserved)
  const { headerSize } = slice
  if (header.length > codeEnd) throw noRoom(header.length - headerSize, codeEnd - headerSize)
  const code = file.subarray(slice.offset + header.length, slice.offset + codeEnd)
  const signed = [header, code, Buffer.alloc(codeLimit - codeEnd)]
  const directory = renderDirectory(plan, signed)
  const signature = Buffer.alloc(reserved)
  renderSuperBlob(new Map([[slots.codeDirectory, directory], ...blobs])).copy(signature)
  return [...signed, signature]
}

/** All blobs but the directory. */
function makeBlobs(slice: MachoSlice, options: SealOptions): ReadonlyMap<number, Buffer> {
  const { entitlements } = options
  if (entitlements !== undefined && slice.fileType !== executable) {
    throw unsupportedMacho('it is no executable, which alone have entitlements')
  }
  const noRequirements = renderBlob(magics.requirements, Buffer.alloc(4))
  return new Map([
    [slots.requirements, noRequirements],
    ...(entitlements === undefined ? [] : renderEntitlements(entitlements)),
    [slots.cms, renderBlob(magics.cms, Buffer.alloc(0))],
  ])
}

function makePlan(
  slice: MachoSlice,
  { codeLimit }: Placement,
  blobs: ReadonlyMap<number, Buffer>,
  options: SealOptions,
): DirectoryPlan {
  const { identifier, infoPlist, codeResources, entitlements, isRuntime } = options
  const text = slice.commands.find(
    (command): command is LoadCommand & SegmentCommand =>
      command.kind === 'segment' && command.name === '__TEXT',
  )
  const version = slice.commands.find(
    (command): command is LoadCommand & VersionCommand => command.kind === 'version',
  )
  const granted = entitlements === undefined ? undefined : readEntitlements(entitlements)
  return {
    identifier,
    flags: isRuntime === true ? adHoc | hardenedRuntime : adHoc,
    runtime: version?.sdk ?? 0,
    codeLimit,
    // The kernel of x86_64 takes pages of its own size only; Apple's tool has 16 KiB elsewhere.
    pageSize: slice.cpu === cpuTypes.x86_64 ? 0x1000 : 0x4000,
    execSegment: {
      base: text?.fileOffset ?? 0,
      limit: text?.fileSize ?? 0,
      flags: slice.fileType === executable ? executableFlags(granted) : 0,
    },
    special: new Map([
      ...(infoPlist === undefined ? [] : [[slots.infoPlist, infoPlist] as const]),
      ...(codeResources === undefined ? [] : [[slots.codeResources, codeResources] as const]),
      ...[...blobs].filter(([slot]) => slot !== slots.cms),
    ]),
  }
}
