import { type Bytes, bytesOf, type Fields, invalidBinary, sliceBytes } from '../bytes.ts'
import type { MachoSlice } from './macho.ts'
import { symbolName } from './symbol-name.ts'
import { linkeditData } from './linkedit-data.ts'

/** A symbol that a file wants from elsewhere. */
export interface Import {
  readonly name: string
  /** Which of its libraries has it, from 1 on; or one of {@link ordinals}. */
  readonly library: number
  /** Nothing happens when it is missing. */
  readonly isWeak: boolean
}

/** Of no library in particular (`BIND_SPECIAL_DYLIB_…`, mach-o/loader.h). */
export const ordinals = { self: 0, program: -1, anywhere: -2, weakest: -3 } as const

const chainedFixups = 0x80000034

/** `MH_TWOLEVEL`: symbols say which library they are from. */
const twoLevel = 0x80

/** `N_STAB`, `N_TYPE` and `N_EXT`; `N_WEAK_REF`, and the library’s number, of `n_desc`. */
const [debugMask, typeMask, external, weak] = [0xe0, 0x0e, 0x01, 0x40]

/**
 * What a slice wants from elsewhere, by its chained fixups, or, of files for older systems, by its symbol table.
 * @throws PYEMBED_BINARY_INVALID
 */
export function readImports(file: Bytes, slice: MachoSlice): readonly Import[] {
  const fixups = linkeditData(file, slice, chainedFixups, 8)
  return fixups === undefined ? undefinedSymbols(file, slice) : readChained(fixups)
}

/** `dyld_chained_fixups_header` (mach-o/fixup-chains.h): its kinds of imports, by their sizes. */
const importSizes: Readonly<Record<number, number>> = { 1: 4, 2: 8, 3: 16 }

function readChained(fixups: Buffer): readonly Import[] {
  const data = bytesOf(fixups)
  const head = data.read(0, 28)
  const [imports, symbols, count] = [head.u32(8), head.u32(12), head.u32(16)]
  const format = head.u32(20)
  const size = importSizes[format]
  if (size === undefined || head.u32(24) !== 0)
    throw invalidBinary('its imports are of no known kind')
  const entries = data.read(imports, count * size)
  const names = data.read(symbols, fixups.length - symbols)
  return Array.from({ length: count }, (_, index) => {
    const at = index * size
    const bits = entries.u32(at)
    const isWide = format === 3
    const library = isWide ? signed(bits & 0xffff, 0x1_0000) : signed(bits & 0xff, 0x100)
    const flag = isWide ? 0x1_0000 : 0x100
    const name = isWide ? entries.u32(at + 4) : bits >>> 9
    return { name: symbolName(names.bytes, name), library, isWeak: (bits & flag) !== 0 }
  })
}

/** The largest numbers are the negative ones. */
function signed(value: number, range: number): number {
  return value > range - 16 ? value - range : value
}

function undefinedSymbols(
  file: Bytes,
  { offset, size, is64, flags, commands }: MachoSlice,
): readonly Import[] {
  const slice = sliceBytes(file, offset, size)
  const isTwoLevel = (flags & twoLevel) !== 0
  return commands.flatMap((command) => {
    if (command.kind !== 'symtab') return []
    const entrySize = is64 ? 16 : 12
    const symbols = slice.read(command.symbolsOffset, command.symbolCount * entrySize)
    const strings = slice.read(command.stringsOffset, command.stringsSize).bytes
    return Array.from({ length: command.symbolCount }, (_, index) =>
      readUndefined(symbols, strings, index * entrySize, isTwoLevel),
    ).flatMap((each) => each ?? [])
  })
}

function readUndefined(
  symbols: Fields,
  strings: Buffer,
  at: number,
  isTwoLevel: boolean,
): Import | undefined {
  const type = symbols.u8(at + 4)
  if ((type & debugMask) !== 0 || (type & typeMask) !== 0 || (type & external) === 0)
    return undefined
  const description = symbols.u16(at + 6)
  // 254 is any library, 255 the program (mach-o/nlist.h).
  const library = isTwoLevel ? signedOrdinal(description >>> 8) : ordinals.anywhere
  return { name: symbolName(strings, symbols.u32(at)), library, isWeak: (description & weak) !== 0 }
}

function signedOrdinal(value: number): number {
  if (value === 0xff) return ordinals.program
  return value === 0xfe ? ordinals.anywhere : value
}
