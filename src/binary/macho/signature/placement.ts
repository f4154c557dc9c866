import { type Bytes, invalidBinary } from '../../bytes.ts'
import type { LoadCommand, SegmentCommand } from '../commands.ts'
import { sourceVersion } from '../edit-commands.ts'
import { unsupportedMacho } from '../editable.ts'
import type { MachoSlice } from '../macho.ts'
import { type RawCommand, readRawCommands, renderHeader, sizeOf } from '../raw-commands.ts'
import { codeSignature, codeSignatureSize, commandRoom, noRoom } from '../room.ts'

type Segment = LoadCommand & SegmentCommand

/** Where the signature of a slice goes. */
export interface Placement {
  /** Where what was there before ends. */
  readonly codeEnd: number
  /** Where the signature begins: at the next multiple of 16. What lies between is signed, too. */
  readonly codeLimit: number
}

/** `MH_EXECUTE`, `MH_DYLIB`, `MH_DYLINKER`, `MH_BUNDLE`: what is loaded. Objects and debug information are not. */
const loadedTypes = new Set([2, 6, 7, 8])
/** The kernel maps `__LINKEDIT` in pages of the largest size that a Mac has. */
const linkeditAlignment = 0x4000
/** What tools leave between the end of `__LINKEDIT`, or the signature, and that of the slice. */
const largestTail = 15

/** @throws PYEMBED_BINARY_INVALID, PYEMBED_MACHO_UNSUPPORTED */
export function placeSignature(slice: MachoSlice): Placement {
  if (!loadedTypes.has(slice.fileType)) {
    throw unsupportedMacho(`nothing loads files of its type (${slice.fileType}), or signs them`)
  }
  const linkedit = findLinkedit(slice)
  const signature = slice.commands.find(isSignature)
  const linkeditEnd = linkedit.fileOffset + linkedit.fileSize
  const end = signature === undefined ? linkeditEnd : signature.dataOffset + signature.dataSize
  const codeEnd = signature?.dataOffset ?? linkeditEnd
  if (codeEnd < linkedit.fileOffset || end > slice.size) {
    throw invalidBinary('its `__LINKEDIT` does not hold its signature')
  }
  if (slice.size - end > largestTail) throw unsupportedMacho('it goes on behind its `__LINKEDIT`')
  if (slice.commands.some((command) => contentEnd(command) > codeEnd)) {
    throw invalidBinary('its signature is not at the end')
  }
  if (codeEnd <= slice.headerSize + slice.commandsSize) throw invalidBinary('it has no content')
  return { codeEnd, codeLimit: Math.ceil(codeEnd / 16) * 16 }
}

/** The header of a slice whose signature is of `size` bytes. @throws PYEMBED_MACHO_NO_ROOM */
export function renderSignedHeader(
  file: Bytes,
  slice: MachoSlice,
  { codeLimit }: Placement,
  size: number,
): Buffer {
  const commands = readRawCommands(file, slice).map((raw) => {
    if (raw.command === findLinkedit(slice)) return resizeLinkedit(slice, raw, codeLimit + size)
    return isSignature(raw.command) ? makeSignature(codeLimit, size) : raw
  })
  if (slice.commands.some(isSignature)) return renderHeader(file, slice, commands)
  const available = commandRoom(slice)
  const needed = sizeOf(commands) + codeSignatureSize
  const kept =
    needed <= available
      ? commands
      : commands.filter(({ command }) => command.command !== sourceVersion)
  const signed = [...kept, makeSignature(codeLimit, size)]
  if (sizeOf(signed) > available) throw noRoom(sizeOf(signed), available)
  return renderHeader(file, slice, signed)
}

function findLinkedit({ commands }: MachoSlice): Segment {
  const linkedit = commands.find(
    (command): command is Segment => command.kind === 'segment' && command.name === '__LINKEDIT',
  )
  if (linkedit === undefined) throw unsupportedMacho('it has no `__LINKEDIT` for a signature')
  return linkedit
}

function isSignature(command: LoadCommand): command is LoadCommand & { kind: 'linkedit' } {
  return command.kind === 'linkedit' && command.command === codeSignature
}

/** Forgetting `vmsize` makes loaders crash, now and then. */
function resizeLinkedit(
  slice: MachoSlice,
  { command, bytes }: RawCommand,
  end: number,
): RawCommand {
  const { address, fileOffset } = findLinkedit(slice)
  const fileSize = end - fileOffset
  const memorySize = Math.ceil(fileSize / linkeditAlignment) * linkeditAlignment
  const isOver = (each: LoadCommand): boolean =>
    each.kind === 'segment' && each.address > address && each.address < address + memorySize
  if (slice.commands.some(isOver)) throw unsupportedMacho('its `__LINKEDIT` cannot grow in memory')
  const resized = Buffer.from(bytes)
  resized.writeBigUInt64LE(BigInt(memorySize), 32)
  resized.writeBigUInt64LE(BigInt(fileSize), 48)
  return { command, bytes: resized }
}

function makeSignature(dataOffset: number, dataSize: number): RawCommand {
  const bytes = Buffer.alloc(codeSignatureSize)
  for (const [index, word] of [codeSignature, codeSignatureSize, dataOffset, dataSize].entries()) {
    bytes.writeUInt32LE(word, index * 4)
  }
  const place = { command: codeSignature, at: 0, size: codeSignatureSize }
  return { command: { ...place, kind: 'linkedit', dataOffset, dataSize }, bytes }
}

/** Where what a load command tells of ends, but for the signature and the segment that holds it. */
function contentEnd(command: LoadCommand): number {
  switch (command.kind) {
    case 'segment':
      return command.name === '__LINKEDIT' ? 0 : command.fileOffset + command.fileSize
    case 'linkedit':
      return isSignature(command) ? 0 : command.dataOffset + command.dataSize
    case 'symtab':
      return command.stringsOffset + command.stringsSize
    default:
      return 0
  }
}
