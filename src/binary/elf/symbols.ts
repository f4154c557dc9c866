import type { Bytes } from '../bytes.ts'
import { invalidBinary } from '../bytes.ts'
import { findName } from '../find-name.ts'
import { type ElfHeader, readElfHeader } from './elf.ts'

const symbolTable = 2
const dynamicSymbols = 11

/**
 * Whether an ELF file itself has the code or data that a name stands for, exported or not. A file without
 * section headers tells nothing.
 * @throws PYEMBED_BINARY_INVALID
 */
export function elfDefines(bytes: Bytes, name: string): boolean {
  const header = readElfHeader(bytes)
  const sections = readSections(header)
  return sections
    .filter(({ type }) => type === symbolTable || type === dynamicSymbols)
    .some((table) => {
      const strings = sections[table.link]
      if (strings === undefined) throw invalidBinary('a symbol table has no names')
      return tableDefines(header, table, strings, name)
    })
}

interface Section {
  readonly type: number
  readonly offset: number
  readonly size: number
  /** Of a symbol table: the index of the section with its names. */
  readonly link: number
}

function readSections({ file, is64, sections: table }: ElfHeader): readonly Section[] {
  if (table.count === 0 || table.offset === 0) return []
  if (table.entrySize < (is64 ? 64 : 40)) throw invalidBinary('its section headers are too small')
  const headers = file.read(table.offset, table.count * table.entrySize)
  return Array.from({ length: table.count }, (_, index) => {
    const at = index * table.entrySize
    return {
      type: headers.u32(at + 4),
      offset: is64 ? headers.u64(at + 24) : headers.u32(at + 16),
      size: is64 ? headers.u64(at + 32) : headers.u32(at + 20),
      link: headers.u32(at + (is64 ? 40 : 24)),
    }
  })
}

function tableDefines(
  { file, is64 }: ElfHeader,
  table: Section,
  strings: Section,
  name: string,
): boolean {
  const names = findName(file.read(strings.offset, strings.size).bytes, name)
  if (names.size === 0) return false
  const symbols = file.read(table.offset, table.size)
  const size = is64 ? 24 : 16
  for (let at = 0; at + size <= table.size; at += size) {
    // st_shndx 0 is a symbol that the file wants from elsewhere.
    if (names.has(symbols.u32(at)) && symbols.u16(at + (is64 ? 6 : 14)) !== 0) return true
  }
  return false
}
