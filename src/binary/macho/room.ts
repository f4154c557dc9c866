import { PyEmbedError } from '../../errors.ts'
import type { LoadCommand, Section } from './commands.ts'
import type { MachoSlice } from './macho.ts'

/** `S_ZEROFILL`, `S_GB_ZEROFILL`, `S_THREAD_LOCAL_ZEROFILL`: sections that have no bytes in the file. */
const zeroFilled = new Set([0x1, 0xc, 0x12])

/** `LC_CODE_SIGNATURE`: its number, and its size. */
export const codeSignature = 0x1d
export const codeSignatureSize = 16

/** Bytes from the end of the header to the first content, for all load commands together. */
export function commandRoom({ size, headerSize, commands }: MachoSlice): number {
  const starts = commands.flatMap(contentStarts)
  return Math.max(starts.reduce((least, start) => Math.min(least, start), size) - headerSize, 0)
}

/** What must stay free for who signs the file later (as in install_name_tool). */
export function spareRoom(commands: readonly LoadCommand[]): number {
  return commands.some(({ command }) => command === codeSignature) ? 0 : codeSignatureSize
}

export function noRoom(needed: number, available: number): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_MACHO_NO_ROOM',
    `its load commands would need ${needed} bytes, and ${available} are available before the first section`,
    { hint: 'Link it with room for names: `-Wl,-headerpad_max_install_names`' },
  )
}

function contentStarts(command: LoadCommand): readonly number[] {
  switch (command.kind) {
    case 'segment': {
      const { fileOffset, fileSize, sections } = command
      const starts = sections.filter(hasBytes).map((section) => section.fileOffset)
      // A segment from 0 on, with sections, holds the header itself.
      const isContent = fileSize > 0 && (fileOffset > 0 || sections.length === 0)
      return isContent ? [fileOffset, ...starts] : starts
    }
    case 'linkedit':
      return command.dataSize > 0 ? [command.dataOffset] : []
    case 'symtab':
      return [
        ...(command.symbolCount > 0 ? [command.symbolsOffset] : []),
        ...(command.stringsSize > 0 ? [command.stringsOffset] : []),
      ]
    default:
      return []
  }
}

function hasBytes({ type, size, fileOffset }: Section): boolean {
  return !zeroFilled.has(type) && size > 0 && fileOffset > 0
}
