import { type Bytes, invalidBinary } from '../bytes.ts'
import type { LoadCommand } from './commands.ts'
import type { MachoSlice } from './macho.ts'

/** A load command and its bytes, of which what nobody asked to change stays as it is. */
export interface RawCommand {
  readonly command: LoadCommand
  readonly bytes: Buffer
}

/** @param file the whole file */
export function readRawCommands(
  file: Bytes,
  { offset, headerSize, commands }: MachoSlice,
): readonly RawCommand[] {
  return commands.map((command) => ({
    command,
    bytes: file.read(offset + headerSize + command.at, command.size).bytes,
  }))
}

export function sizeOf(commands: readonly RawCommand[]): number {
  return commands.reduce((total, { bytes }) => total + bytes.length, 0)
}

/**
 * `mach_header_64` and the load commands as bytes, with zeros where the old ones went on: what is left of them
 * there says nothing to loaders, but to people who search the file.
 */
export function renderHeader(
  file: Bytes,
  { offset, headerSize, commandsSize }: MachoSlice,
  commands: readonly RawCommand[],
): Buffer {
  const size = sizeOf(commands)
  const header = Buffer.alloc(headerSize + Math.max(size, commandsSize))
  if (offset + header.length > file.size) throw invalidBinary('its load commands leave the file')
  file.read(offset, headerSize).bytes.copy(header)
  header.writeUInt32LE(commands.length, 16)
  header.writeUInt32LE(size, 20)
  let at = headerSize
  for (const { bytes } of commands) at += bytes.copy(header, at)
  return header
}
