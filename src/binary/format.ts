import { isArchive } from './ar/ar.ts'
import { isElf } from './elf/elf.ts'
import { isMacho } from './macho/macho.ts'
import { isPe } from './pe/pe.ts'

export type BinaryFormat = 'elf' | 'macho' | 'pe' | 'archive'

/** Bytes of a file's start that tell its format. */
export const formatStart = 8

/** What a file that begins so is; undefined when it is no binary. */
export function binaryFormat(start: Buffer): BinaryFormat | undefined {
  if (isElf(start)) return 'elf'
  if (isMacho(start)) return 'macho'
  if (isArchive(start)) return 'archive'
  return isPe(start) ? 'pe' : undefined
}
