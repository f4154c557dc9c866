/** Roles of `LC_…_DYLIB` (mach-o/loader.h). */
export const dylibCommands = {
  load: 0xc,
  weak: 0x80000018,
  reexport: 0x8000001f,
  lazy: 0x20,
  upward: 0x80000023,
} as const

/** Other data of `__LINKEDIT`, by its load command; of `LC_DYLD_INFO` that is the trie of exports. */
export type LinkeditParts = Readonly<Record<number, Buffer>>

export interface DylibOptions {
  readonly arch?: 'arm64' | 'x86_64'
  /** `MH_DYLIB` 6, `MH_EXECUTE` 2, `MH_BUNDLE` 8. */
  readonly fileType?: number
  readonly id?: string | undefined
  readonly loads?: readonly (readonly [role: keyof typeof dylibCommands, name: string])[]
  readonly rpaths?: readonly string[]
  readonly hasSourceVersion?: boolean
  /** Free bytes behind the load commands; or where the code begins, however much that leaves. */
  readonly room?: number
  readonly codeAt?: number | undefined
  /** At least so many bytes of code, up to a whole page of 16 KiB. */
  readonly codeSize?: number
  /** Symbols that it has, and that it wants, each with the number of the library that has it. */
  readonly defines?: readonly string[]
  readonly wants?: readonly (readonly [name: string, library: number])[]
  readonly linkedit?: LinkeditParts
}

/** Code that loaders take: `__TEXT`, and a `__LINKEDIT` with its symbols; no signature. */
export function makeDylib({
  arch = 'arm64',
  fileType = 6,
  id = fileType === 6 ? '@rpath/libdemo.dylib' : undefined,
  loads = [['load', '/usr/lib/libSystem.B.dylib']],
  rpaths = [],
  hasSourceVersion = true,
  room = 64,
  codeAt,
  codeSize = 40_000,
  defines = ['_demo'],
  wants = [],
  linkedit = {},
}: DylibOptions = {}): Buffer {
  const names = [...defines, ...wants.map(([name]) => name)]
  const text = `\0${names.map((name) => `${name}\0`).join('')}`
  const strings = text.padEnd(Math.ceil(text.length / 8) * 8, '\0')
  const symbolSize = 16 * names.length
  const parts = Object.entries(linkedit).map(([command, data]) => [Number(command), data] as const)
  const extra = Buffer.concat(parts.map(([, data]) => padded(data)))
  const linkeditSize = symbolSize + strings.length + extra.length
  const base = fileType === 2 ? pageZero : 0
  const commands = (start: number, end: number): readonly Buffer[] => [
    ...(fileType === 2 ? [segment('__PAGEZERO', { address: 0, size: pageZero }, [])] : []),
    segment('__TEXT', { address: base, size: end, offset: 0, fileSize: end, protection: 5 }, [
      section(base, start, end - start),
    ]),
    segment(
      '__LINKEDIT',
      {
        address: base + end,
        size: pages(linkeditSize),
        offset: end,
        fileSize: linkeditSize,
        protection: 1,
      },
      [],
    ),
    ...(id === undefined ? [] : [dylib(0xd, id)]),
    words(
      0x2,
      24,
      end + extra.length,
      names.length,
      end + extra.length + symbolSize,
      strings.length,
    ),
    Buffer.concat([
      words(0xb, 80, 0, 0, 0, defines.length, defines.length, wants.length),
      Buffer.alloc(48),
    ]),
    ...linkeditCommands(parts, end),
    ...(fileType === 2 ? [withText([0xe, 0, 12], '/usr/lib/dyld'), program] : []),
    Buffer.concat([words(0x1b, 24), Buffer.alloc(16, arch === 'arm64' ? 0xa7 : 0x86)]),
    words(0x32, 24, 1, 0x0b0000, 0x0e0500, 0),
    ...(hasSourceVersion ? [words(0x2a, 16, 0, 0)] : []),
    ...loads.map(([role, name]) => dylib(dylibCommands[role], name)),
    ...rpaths.map((path) => withText([0x8000001c, 0, 12], path)),
  ]
  const size = Buffer.concat(commands(0, 0)).length
  const start = codeAt ?? 32 + size + room
  const end = pages(start + codeSize)
  const all = commands(start, end)
  const cpu = { arm64: [0x0100000c, 0], x86_64: [0x01000007, 3] }[arch]
  const code = Buffer.alloc(end - start, pattern)
  return Buffer.concat([
    words(0xfeedfacf, ...cpu, fileType, all.length, size, fileType === 2 ? 0x200085 : 0x85, 0),
    ...all,
    Buffer.alloc(start - 32 - size),
    code,
    extra,
    ...defines.map((name) => symbol(text.indexOf(`\0${name}\0`) + 1, 0x010f, base + start)),
    ...wants.map(([name, library]) =>
      symbol(text.indexOf(`\0${name}\0`) + 1, (library << 24) | 0x01, 0),
    ),
    Buffer.from(strings, 'latin1'),
  ])
}

/** Where a program begins in memory: nothing is below. */
const pageZero = 2 ** 32

/** What code is made of. */
const pattern = Buffer.from(Array.from({ length: 251 }, (_, index) => 1 + index))

function pages(size: number): number {
  return Math.ceil(size / 0x4000) * 0x4000
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc(-data.length & 7)])
}

function linkeditCommands(
  parts: readonly (readonly [command: number, data: Buffer])[],
  start: number,
): readonly Buffer[] {
  let at = start
  return parts.map(([command, data]) => {
    const [place, size] = [at, data.length]
    at += padded(data).length
    const isInfo = (command & 0xff) === 0x22
    return isInfo
      ? words(command, 48, 0, 0, 0, 0, 0, 0, 0, 0, place, size)
      : words(command, 16, place, size)
  })
}

/** `LC_MAIN`, from the first byte on. */
const program = words(0x80000028, 24, 0, 0, 0, 0)

/** `nlist_64`; `kind` has `n_type`, `n_sect` and `n_desc`. */
function symbol(name: number, kind: number, value: number): Buffer {
  return words(name, kind >>> 0, ...long(value))
}

/** A file of several slices, as lipo makes it (mach-o/fat.h). */
export function makeFat(slices: readonly Buffer[], alignment = 14): Buffer {
  const step = 2 ** alignment
  let end = 8 + slices.length * 20
  const places = slices.map(({ length }) => {
    const at = Math.ceil(end / step) * step
    end = at + length
    return at
  })
  const file = Buffer.alloc(end)
  const entries = slices.flatMap((slice, index) => [
    slice.readUInt32LE(4),
    slice.readUInt32LE(8),
    places[index] ?? 0,
    slice.length,
    alignment,
  ])
  for (const [index, word] of [0xcafebabe, slices.length, ...entries].entries()) {
    file.writeUInt32BE(word, index * 4)
  }
  for (const [index, slice] of slices.entries()) slice.copy(file, places[index])
  return file
}

function segment(
  name: string,
  place: {
    address: number
    size: number
    offset?: number
    fileSize?: number
    protection?: number
  },
  sections: readonly Buffer[],
): Buffer {
  const { address, size, offset = 0, fileSize = 0, protection = 0 } = place
  return Buffer.concat([
    words(0x19, 72 + 80 * sections.length),
    text16(name),
    words(...[address, size, offset, fileSize].flatMap(long)),
    words(protection, protection, sections.length, 0),
    ...sections,
  ])
}

function section(base: number, offset: number, size: number): Buffer {
  const numbers = words(...long(base + offset), size, 0, offset, 0, 0, 0, 0x80000400, 0, 0, 0)
  return Buffer.concat([text16('__text'), text16('__TEXT'), numbers])
}

function dylib(command: number, name: string): Buffer {
  return withText([command, 0, 24, 2, 0x10000, 0x10000], name)
}

function withText(head: readonly number[], text: string): Buffer {
  const bytes = Buffer.from(`${text}\0`)
  const size = Math.ceil((head.length * 4 + bytes.length) / 8) * 8
  const command = Buffer.alloc(size)
  words(...head).copy(command)
  command.writeUInt32LE(size, 4)
  bytes.copy(command, head.length * 4)
  return command
}

function text16(text: string): Buffer {
  return Buffer.from(text.padEnd(16, '\0'), 'latin1')
}

/** 64 bits as two words. */
function long(value: number): [low: number, high: number] {
  return [value % 2 ** 32, Math.floor(value / 2 ** 32)]
}

function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) buffer.writeUInt32LE(value, index * 4)
  return buffer
}
