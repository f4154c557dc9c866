import { type Bytes, invalidBinary, sliceBytes, withEndian } from '../bytes.ts'
import { type LoadCommand, readCommand } from './commands.ts'

/** `MH_EXECUTE`, the `fileType` of a program (mach-o/loader.h). */
export const executable = 2

/** One architecture of a Mach-O file (mach-o/loader.h). */
export interface MachoSlice {
  /** Where it is in the file. */
  readonly offset: number
  readonly size: number
  /** `cputype`: 0x01000007 x86_64, 0x0100000c arm64. */
  readonly cpu: number
  readonly cpuSubtype: number
  /** `MH_EXECUTE` 2, `MH_DYLIB` 6, `MH_BUNDLE` 8, … */
  readonly fileType: number
  readonly flags: number
  readonly is64: boolean
  /** Of `mach_header`: 32 bytes, 28 in 32-bit files; the load commands follow it. */
  readonly headerSize: number
  readonly commandsSize: number
  readonly commands: readonly LoadCommand[]
}

export interface Macho {
  /** In an archive of several architectures (mach-o/fat.h), even of one. */
  readonly isFat: boolean
  readonly slices: readonly MachoSlice[]
}

const thinMagics: Readonly<Record<number, { readonly is64: boolean }>> = {
  0xfeedface: { is64: false },
  0xfeedfacf: { is64: true },
}
const fatMagics: Readonly<Record<number, { readonly is64: boolean }>> = {
  0xcafebabe: { is64: false },
  0xcafebabf: { is64: true },
}

/** Java's classes begin as fat files do; where those count their slices, classes have a version, from 45 on. */
const mostSlices = 44

export function isMacho(start: Buffer): boolean {
  if (start.length < 8) return false
  if (thinMagics[start.readUInt32LE(0)] !== undefined) return true
  return fatMagics[start.readUInt32BE(0)] !== undefined && start.readUInt32BE(4) <= mostSlices
}

/** @throws PYEMBED_BINARY_INVALID */
export function readMacho(bytes: Bytes): Macho {
  const { isFat, places } = readPlaces(bytes)
  return { isFat, slices: places.map(({ offset, size }) => readSlice(bytes, offset, size)) }
}

export interface SlicePlace {
  readonly offset: number
  readonly size: number
  /** What the header of a fat file says of it; without the bits that are no processor's. */
  readonly declared?: { readonly cpu: number; readonly cpuSubtype: number }
}

/** `~CPU_SUBTYPE_MASK` */
export const subtypeMask = 0xffffff

/** Where the slices of a file are. @throws PYEMBED_BINARY_INVALID */
export function readPlaces(bytes: Bytes): {
  readonly isFat: boolean
  readonly places: readonly SlicePlace[]
} {
  const start = bytes.read(0, 8)
  if (!isMacho(start.bytes)) throw invalidBinary('it is no Mach-O file')
  const fat = fatMagics[start.bytes.readUInt32BE(0)]
  if (fat === undefined) return { isFat: false, places: [{ offset: 0, size: bytes.size }] }
  return { isFat: true, places: readFatPlaces(bytes, start.bytes.readUInt32BE(4), fat.is64) }
}

function readFatPlaces(bytes: Bytes, count: number, is64: boolean): readonly SlicePlace[] {
  if (count === 0) throw invalidBinary('it is a fat file without anything in it')
  const entrySize = is64 ? 32 : 20
  const entries = withEndian(bytes, 'big').read(8, count * entrySize)
  return Array.from({ length: count }, (_, index) => {
    const at = index * entrySize
    const cpuSubtype = (entries.u32(at + 4) & subtypeMask) >>> 0
    const declared = { cpu: entries.u32(at), cpuSubtype }
    return is64
      ? { offset: entries.u64(at + 8), size: entries.u64(at + 16), declared }
      : { offset: entries.u32(at + 8), size: entries.u32(at + 12), declared }
  })
}

function readSlice(bytes: Bytes, offset: number, size: number): MachoSlice {
  const slice = sliceBytes(bytes, offset, size)
  const kind = thinMagics[slice.read(0, 4).u32(0)]
  if (kind === undefined) throw invalidBinary('a slice is no Mach-O file')
  const headerSize = kind.is64 ? 32 : 28
  const head = slice.read(0, headerSize)
  const count = head.u32(16)
  const commandsSize = head.u32(20)
  const area = slice.read(headerSize, commandsSize)
  const commands: LoadCommand[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    const length = area.u32(at + 4)
    // dyld refuses both: a command has a head, and ends where a number of the machine may begin.
    if (length < 8 || length % (kind.is64 ? 8 : 4) !== 0 || at + length > commandsSize) {
      throw invalidBinary(`load command ${index} has a wrong size`)
    }
    commands.push(readCommand(sliceBytes(slice, headerSize + at, length).read(0, length), at))
    at += length
  }
  return {
    offset,
    size,
    cpu: head.u32(4),
    cpuSubtype: head.u32(8),
    fileType: head.u32(12),
    flags: head.u32(24),
    is64: kind.is64,
    headerSize,
    commandsSize,
    commands,
  }
}
