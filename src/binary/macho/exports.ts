import { type Bytes, invalidBinary, sliceBytes } from '../bytes.ts'
import type { MachoSlice } from './macho.ts'
import { symbolName } from './symbol-name.ts'
import { linkeditData } from './linkedit-data.ts'

/** `LC_DYLD_EXPORTS_TRIE`; `LC_DYLD_INFO` with and without `_ONLY`, and where its trie is. */
const exportsTrie = 0x80000033
const dyldInfo = [0x22, 0x80000022]

/** `N_STAB`, `N_TYPE` and `N_EXT`, of a symbol’s type. */
const [debugMask, typeMask, external] = [0xe0, 0x0e, 0x01]

/**
 * The names that a slice exports, as dyld looks them up: in its trie, or, of old files, in its symbol table.
 * @throws PYEMBED_BINARY_INVALID
 */
export function readExports(file: Bytes, slice: MachoSlice): ReadonlySet<string> {
  const trie =
    linkeditData(file, slice, exportsTrie, 8) ??
    dyldInfo.map((command) => linkeditData(file, slice, command, 40)).find((each) => each)
  return trie === undefined ? exportedSymbols(file, slice) : new Set(walkTrie(trie))
}

/** Every node is visited once at most: a damaged trie may lead in circles. */
function walkTrie(trie: Buffer): readonly string[] {
  const names: string[] = []
  const seen = new Set<number>()
  const pending: { readonly at: number; readonly prefix: string }[] =
    trie.length === 0 ? [] : [{ at: 0, prefix: '' }]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node.at)) continue
    seen.add(node.at)
    const terminal = uleb(trie, node.at)
    if (terminal.value > 0) names.push(node.prefix)
    let at = terminal.end + terminal.value
    const count = trie[at]
    if (count === undefined) throw cutOff()
    at += 1
    for (let child = 0; child < count; child++) {
      const end = trie.indexOf(0, at)
      if (end === -1) throw cutOff()
      const prefix = node.prefix + trie.toString('utf8', at, end)
      const next = uleb(trie, end + 1)
      pending.push({ at: next.value, prefix })
      at = next.end
    }
  }
  return names
}

/** A number in groups of seven bits (DWARF’s ULEB128). */
function uleb(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let at = start, scale = 1; at - start < 8; at++, scale *= 0x80) {
    const byte = bytes[at]
    if (byte === undefined) break
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value, end: at + 1 }
  }
  throw cutOff()
}

function exportedSymbols(file: Bytes, { offset, size, is64, commands }: MachoSlice): Set<string> {
  const slice = sliceBytes(file, offset, size)
  const names = new Set<string>()
  for (const command of commands) {
    if (command.kind !== 'symtab') continue
    const entrySize = is64 ? 16 : 12
    const symbols = slice.read(command.symbolsOffset, command.symbolCount * entrySize)
    const strings = slice.read(command.stringsOffset, command.stringsSize).bytes
    for (let at = 0; at < command.symbolCount * entrySize; at += entrySize) {
      const type = symbols.u8(at + 4)
      const isExported = (type & debugMask) === 0 && (type & external) !== 0
      if (isExported && (type & typeMask) !== 0) names.add(symbolName(strings, symbols.u32(at)))
    }
  }
  return names
}

function cutOff(): Error {
  return invalidBinary('its exports are cut off')
}
