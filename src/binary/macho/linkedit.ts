import type { Bytes } from '../bytes.ts'
import type { MachoSlice } from './macho.ts'
import { readRawCommands } from './raw-commands.ts'

/** Data of `__LINKEDIT` that a load command tells of. */
export interface Chunk {
  readonly name: string
  /** In the slice. */
  readonly offset: number
  readonly size: number
}

const [dysymtab, dyldInfo, dyldInfoOnly] = [0xb, 0x22, 0x80000022]

/** Tables of `LC_DYSYMTAB` and `LC_DYLD_INFO`: where offset and count are in the command, and the bytes of an entry. */
const tables: Readonly<
  Record<number, readonly (readonly [name: string, at: number, entry: number])[]>
> = {
  [dysymtab]: [
    ['table of contents', 32, 8],
    ['module table', 40, 56],
    ['references', 48, 4],
    ['indirect symbols', 56, 4],
    ['external relocations', 64, 8],
    ['local relocations', 72, 8],
  ],
  [dyldInfo]: infoTables(),
  [dyldInfoOnly]: infoTables(),
}

const names: Readonly<Record<number, string>> = {
  0x1d: 'code signature',
  0x1e: 'split info',
  0x26: 'function starts',
  0x29: 'data in code',
  0x2b: 'designated requirements',
  0x2e: 'optimization hints',
  0x80000033: 'exports trie',
  0x80000034: 'chained fixups',
}

/** What there may be of `__LINKEDIT`, in the order of the load commands; of what there is not, the size is 0. */
export function linkeditChunks(file: Bytes, slice: MachoSlice): readonly Chunk[] {
  return readRawCommands(file, slice).flatMap(({ command, bytes }): readonly Chunk[] => {
    if (command.kind === 'linkedit') {
      const { dataOffset: offset, dataSize: size } = command
      return [{ name: names[command.command] ?? 'data', offset, size }]
    }
    if (command.kind === 'symtab') {
      const { symbolsOffset, symbolCount, stringsOffset, stringsSize } = command
      return [
        { name: 'symbols', offset: symbolsOffset, size: symbolCount * 16 },
        { name: 'strings', offset: stringsOffset, size: stringsSize },
      ]
    }
    return (tables[command.command] ?? [])
      .filter(([, at]) => at + 8 <= bytes.length)
      .map(([name, at, entry]) => ({
        name,
        offset: bytes.readUInt32LE(at),
        size: bytes.readUInt32LE(at + 4) * entry,
      }))
  })
}

function infoTables(): readonly (readonly [string, number, number])[] {
  return [
    ['rebase info', 8, 1],
    ['bind info', 16, 1],
    ['weak bind info', 24, 1],
    ['lazy bind info', 32, 1],
    ['exports', 40, 1],
  ]
}
