import { type Bytes, type Endian, invalidBinary, withEndian } from '../bytes.ts'

/** An ELF file (System V ABI, gABI 4.1), as far as a loader looks at it first. */
export interface Elf {
  readonly type: 'object' | 'executable' | 'shared' | 'other'
  readonly machine: number
  readonly is64: boolean
  readonly endian: Endian
  /** `PT_INTERP`: programs have one, libraries mostly not. */
  readonly interpreter: string | undefined
  readonly soname: string | undefined
  readonly needed: readonly string[]
  /** `DT_RPATH`, in order. Loaders pass over it where there is a `DT_RUNPATH`. */
  readonly rpath: readonly string[]
  readonly runpath: readonly string[]
}

/** Where a table is: of program headers, of sections. */
interface Table {
  readonly offset: number
  readonly entrySize: number
  readonly count: number
}

export interface ElfHeader extends Pick<Elf, 'type' | 'machine' | 'is64' | 'endian'> {
  readonly segments: Table
  readonly sections: Table
  /** The file, as numbers of its order. */
  readonly file: Bytes
}

export function isElf(start: Buffer): boolean {
  return start.subarray(0, 4).equals(Buffer.from('\u007fELF'))
}

const types = { 1: 'object', 2: 'executable', 3: 'shared' } as const

/** @throws PYEMBED_BINARY_INVALID */
export function readElfHeader(bytes: Bytes): ElfHeader {
  const identity = bytes.read(0, 16)
  const [elfClass, order] = [identity.u8(4), identity.u8(5)]
  if (!isElf(identity.bytes) || ![1, 2].includes(elfClass) || ![1, 2].includes(order)) {
    throw invalidBinary('it is no ELF file')
  }
  const endian = order === 1 ? 'little' : 'big'
  const is64 = elfClass === 2
  const file = withEndian(bytes, endian)
  const head = file.read(0, is64 ? 64 : 52)
  const word = is64 ? head.u64 : head.u32
  const tail = is64 ? 52 : 40
  return {
    type: types[head.u16(16) as keyof typeof types] ?? 'other',
    machine: head.u16(18),
    is64,
    endian,
    file,
    segments: {
      offset: word(is64 ? 32 : 28),
      entrySize: head.u16(tail + 2),
      count: head.u16(tail + 4),
    },
    sections: {
      offset: word(is64 ? 40 : 32),
      entrySize: head.u16(tail + 6),
      count: head.u16(tail + 8),
    },
  }
}

/** @throws PYEMBED_BINARY_INVALID */
export function readElf(bytes: Bytes): Elf {
  const header = readElfHeader(bytes)
  const { type, machine, is64, endian } = header
  const segments = readSegments(header)
  const interpreter = segments.find((segment) => segment.type === programTypes.interpreter)
  const named = readDynamic(header, segments)
  return {
    type,
    machine,
    is64,
    endian,
    interpreter:
      interpreter === undefined
        ? undefined
        : header.file.read(interpreter.offset, interpreter.size).text(0),
    soname: named(tags.soname)[0],
    needed: named(tags.needed),
    rpath: named(tags.rpath).flatMap((path) => path.split(':')),
    runpath: named(tags.runpath).flatMap((path) => path.split(':')),
  }
}

const programTypes = { load: 1, dynamic: 2, interpreter: 3 }
const tags = { end: 0, needed: 1, strings: 5, stringsSize: 10, soname: 14, rpath: 15, runpath: 29 }

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  /** In the file. */
  readonly size: number
}

function readSegments({ file, is64, segments: table }: ElfHeader): readonly Segment[] {
  if (table.count === 0) return []
  if (table.entrySize < (is64 ? 56 : 32)) throw invalidBinary('its program headers are too small')
  const headers = file.read(table.offset, table.count * table.entrySize)
  return Array.from({ length: table.count }, (_, index) => {
    const at = index * table.entrySize
    return {
      type: headers.u32(at),
      offset: is64 ? headers.u64(at + 8) : headers.u32(at + 4),
      address: is64 ? headers.u64(at + 16) : headers.u32(at + 8),
      size: is64 ? headers.u64(at + 32) : headers.u32(at + 16),
    }
  })
}

/** Returns the names that a tag of the dynamic section stands for. */
function readDynamic(
  { file, is64, endian }: ElfHeader,
  segments: readonly Segment[],
): (tag: number) => readonly string[] {
  const dynamic = segments.find(({ type }) => type === programTypes.dynamic)
  // Debug information on its own has the header of the section and not its bytes.
  if (dynamic === undefined || dynamic.size === 0) return () => []
  const section = file.read(dynamic.offset, dynamic.size)
  const word = is64 ? section.u64 : section.u32
  const size = is64 ? 8 : 4
  const entries: { tag: number; value: () => number }[] = []
  for (let at = 0; at + 2 * size <= dynamic.size; at += 2 * size) {
    // The low half: tags are signed, and those that count here are small.
    const tag = section.u32(is64 && endian === 'big' ? at + 4 : at)
    if (tag === tags.end) break
    entries.push({ tag, value: () => word(at + size) })
  }
  const find = (tag: number): number | undefined =>
    entries.find((entry) => entry.tag === tag)?.value()
  const address = find(tags.strings)
  const length = find(tags.stringsSize)
  return (tag) => {
    const offsets = entries.filter((entry) => entry.tag === tag).map(({ value }) => value())
    if (offsets.length === 0) return []
    if (address === undefined || length === undefined) throw invalidBinary('its names are missing')
    const strings = file.read(fileOffset(segments, address), length)
    return offsets.map((offset) => strings.text(offset))
  }
}

function fileOffset(segments: readonly Segment[], address: number): number {
  const segment = segments.find(
    ({ type, address: start, size }) =>
      type === programTypes.load && address >= start && address < start + size,
  )
  if (segment === undefined) throw invalidBinary('an address is in none of its segments')
  return segment.offset + address - segment.address
}
