import { type Bytes, type Fields, invalidBinary } from '../bytes.ts'
import { findName } from '../find-name.ts'

/** A program or DLL of Windows (Microsoft's "PE Format"). */
export interface Pe {
  readonly machine: number
  readonly isDll: boolean
  /** What its export directory calls it; undefined without one. */
  readonly name: string | undefined
  /** The DLLs it wants at its start, as it writes them. */
  readonly imports: readonly string[]
  /** The DLLs it wants when they are first used. */
  readonly delayImports: readonly string[]
}

interface Section {
  readonly address: number
  readonly size: number
  readonly offset: number
}

interface Directory {
  readonly address: number
  readonly size: number
}

interface PeHeader {
  readonly machine: number
  readonly isDll: boolean
  readonly sections: readonly Section[]
  readonly directories: readonly Directory[]
  readonly imageBase: () => number
}

const dllFlag = 0x2000
const directoryIndex = { exports: 0, imports: 1, certificates: 4, delayImports: 13 }
const mostDlls = 4096

/** `MZ` alone begins programs of DOS too: {@link readPe} looks further. */
export function isPe(start: Buffer): boolean {
  return start.toString('latin1', 0, 2) === 'MZ'
}

/** @throws PYEMBED_BINARY_INVALID */
export function readPe(bytes: Bytes): Pe {
  const header = readHeader(bytes)
  const exports = header.directories[directoryIndex.exports]
  return {
    machine: header.machine,
    isDll: header.isDll,
    name:
      exports === undefined || exports.address === 0
        ? undefined
        : readName(bytes, header, at(bytes, header, exports.address, 16).u32(12)),
    imports: readImports(bytes, header, directoryIndex.imports, 20, 12),
    delayImports: readImports(bytes, header, directoryIndex.delayImports, 32, 4),
  }
}

/** Whether a DLL exports a name, be it that of another DLL passed on. @throws PYEMBED_BINARY_INVALID */
export function peExports(bytes: Bytes, name: string): boolean {
  const header = readHeader(bytes)
  const exports = header.directories[directoryIndex.exports]
  if (exports === undefined || exports.address === 0) return false
  // Names, and what else the directory points at, lie in it.
  const table = at(bytes, header, exports.address, exports.size)
  const found = findName(table.bytes, name)
  if (found.size === 0) return false
  const count = table.u32(24)
  const names = at(bytes, header, table.u32(32), count * 4)
  for (let index = 0; index < count; index++) {
    if (found.has(names.u32(index * 4) - exports.address)) return true
  }
  return false
}

/** Whether a certificate is attached (Authenticode). Whose it is, nobody asks here. @throws PYEMBED_BINARY_INVALID */
export function isPeSigned(bytes: Bytes): boolean {
  return (readHeader(bytes).directories[directoryIndex.certificates]?.size ?? 0) > 0
}

function readHeader(bytes: Bytes): PeHeader {
  const start = bytes.read(0, 64)
  if (!isPe(start.bytes)) throw invalidBinary('it is no PE file')
  const coff = start.u32(60)
  const head = bytes.read(coff, 24)
  if (head.bytes.toString('latin1', 0, 4) !== 'PE\0\0') throw invalidBinary('it is no PE file')
  const optionalSize = head.u16(20)
  const optional = bytes.read(coff + 24, optionalSize)
  const magic = optional.u16(0)
  if (magic !== 0x10b && magic !== 0x20b) throw invalidBinary(`its kind 0x${magic.toString(16)}`)
  const is64 = magic === 0x20b
  const first = is64 ? 112 : 96
  const count = Math.min(optional.u32(first - 4), 16, Math.floor((optionalSize - first) / 8))
  return {
    machine: head.u16(4),
    isDll: (head.u16(22) & dllFlag) !== 0,
    sections: readSections(bytes, coff + 24 + optionalSize, head.u16(6)),
    directories: Array.from({ length: Math.max(count, 0) }, (_, index) => ({
      address: optional.u32(first + index * 8),
      size: optional.u32(first + index * 8 + 4),
    })),
    imageBase: () => (is64 ? optional.u64(24) : optional.u32(28)),
  }
}

function readSections(bytes: Bytes, offset: number, count: number): readonly Section[] {
  const headers = bytes.read(offset, count * 40)
  return Array.from({ length: count }, (_, index) => ({
    address: headers.u32(index * 40 + 12),
    size: headers.u32(index * 40 + 16),
    offset: headers.u32(index * 40 + 20),
  }))
}

/** Descriptors up to one of zeros, each with the address of a DLL's name at `nameAt`. */
function readImports(
  bytes: Bytes,
  header: PeHeader,
  index: number,
  size: number,
  nameAt: number,
): readonly string[] {
  const directory = header.directories[index]
  if (directory === undefined || directory.address === 0) return []
  const names: string[] = []
  for (let next = directory.address; ; next += size) {
    const descriptor = at(bytes, header, next, size)
    const name = descriptor.u32(nameAt)
    if (name === 0) return names
    if (names.length === mostDlls) throw invalidBinary('its list of DLLs has no end')
    // Delay-load tables of old linkers hold addresses in memory instead of ones relative to the image.
    const isRelative = size === 20 || (descriptor.u32(0) & 1) !== 0
    names.push(readName(bytes, header, isRelative ? name : name - header.imageBase()))
  }
}

function readName(bytes: Bytes, header: PeHeader, address: number): string {
  const { offset, rest } = locate(header, address)
  return bytes.read(offset, Math.min(rest, bytes.size - offset, 4097)).text(0)
}

function at(bytes: Bytes, header: PeHeader, address: number, length: number): Fields {
  return bytes.read(locate(header, address).offset, length)
}

/** Where in the file an address of the image is, and what follows in its section. */
function locate({ sections }: PeHeader, address: number): { offset: number; rest: number } {
  const section = sections.find(
    ({ address: start, size }) => address >= start && address < start + size,
  )
  if (section === undefined) throw invalidBinary('an address is in none of its sections')
  const into = address - section.address
  return { offset: section.offset + into, rest: section.size - into }
}
