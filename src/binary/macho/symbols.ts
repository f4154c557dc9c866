import { type Bytes, sliceBytes } from '../bytes.ts'
import { findName } from '../find-name.ts'
import { readMacho } from './macho.ts'

/** `N_TYPE` and its `N_UNDF`: a symbol that the file wants from elsewhere. */
const [typeMask, undefinedType] = [0x0e, 0]
/** `N_STAB`: debug information. */
const debugMask = 0xe0

/** Whether a slice itself has what a name of C stands for. @throws PYEMBED_BINARY_INVALID */
export function machoDefines(bytes: Bytes, name: string): boolean {
  return readMacho(bytes).slices.some(({ offset, size, is64, commands }) => {
    const slice = sliceBytes(bytes, offset, size)
    return commands.some((command) => {
      if (command.kind !== 'symtab') return false
      const { symbolsOffset, symbolCount, stringsOffset, stringsSize } = command
      const names = findName(slice.read(stringsOffset, stringsSize).bytes, `_${name}`)
      if (names.size === 0) return false
      const entrySize = is64 ? 16 : 12
      const symbols = slice.read(symbolsOffset, symbolCount * entrySize)
      for (let at = 0; at < symbolCount * entrySize; at += entrySize) {
        const type = symbols.u8(at + 4)
        const isDefined = (type & debugMask) === 0 && (type & typeMask) !== undefinedType
        if (isDefined && names.has(symbols.u32(at))) return true
      }
      return false
    })
  })
}
