/** Numbers and texts one after the other, little-endian unless they say otherwise. */
type Piece =
  | number
  | bigint
  | string
  | Buffer
  | { readonly big: number }
  | { readonly short: number }

function bytes(...pieces: readonly Piece[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => {
      if (Buffer.isBuffer(piece)) return piece
      if (typeof piece === 'string') return Buffer.from(piece, 'latin1')
      const buffer = Buffer.alloc(
        typeof piece === 'bigint' ? 8 : typeof piece === 'number' ? 4 : 'short' in piece ? 2 : 4,
      )
      if (typeof piece === 'bigint') buffer.writeBigUInt64LE(piece)
      else if (typeof piece === 'number') buffer.writeUInt32LE(piece)
      else if ('short' in piece) buffer.writeUInt16LE(piece.short)
      else buffer.writeUInt32BE(piece.big)
      return buffer
    }),
  )
}

const short = (value: number): Piece => ({ short: value })
const big = (value: number): Piece => ({ big: value })

function padded(text: string, size: number): Buffer {
  return Buffer.from(text.padEnd(size, '\0'), 'latin1')
}

export interface ElfOptions {
  readonly needed?: readonly string[]
  readonly soname?: string
  readonly rpath?: string
  readonly runpath?: string
  readonly interpreter?: string
  /** Symbols that it defines. */
  readonly symbols?: readonly string[]
}

/** A 64-bit ELF library that lies at address 0 in memory. */
export function makeElf({
  needed = ['libpython3.14.so.1.0', 'libc.so.6'],
  soname = 'libdemo.so.1',
  rpath = '$ORIGIN/../lib:/opt/lib',
  runpath,
  interpreter,
  symbols = ['PyType_Ready'],
}: ElfOptions = {}): Buffer {
  let strings = '\0'
  const place = (text: string): bigint => {
    const at = BigInt(strings.length)
    strings += `${text}\0`
    return at
  }
  const entries: [number, bigint][] = [
    ...needed.map((name): [number, bigint] => [1, place(name)]),
    [14, place(soname)],
    [15, place(rpath)],
    ...(runpath === undefined ? [] : [[29, place(runpath)] as [number, bigint]]),
  ]
  const names = symbols.map((symbol) => place(symbol))
  const text = Buffer.from(strings, 'latin1')
  const program = Buffer.from(interpreter === undefined ? '' : `${interpreter}\0`)
  const segments = interpreter === undefined ? 2 : 3
  const stringsAt = 64 + 56 * segments + program.length
  const dynamic = bytes(
    ...[
      ...entries,
      [5, BigInt(stringsAt)] as const,
      [10, BigInt(text.length)] as const,
      [0, 0n] as const,
    ].flatMap(([tag, value]) => [BigInt(tag), value]),
  )
  const dynamicAt = stringsAt + text.length
  const table = bytes(...names.flatMap((at) => [Number(at), short(0x12), short(1), 0n, 0n]))
  const symbolsAt = dynamicAt + dynamic.length
  const sectionsAt = symbolsAt + table.length
  const segment = (type: number, at: number, size: number): Buffer =>
    bytes(type, 4, BigInt(at), BigInt(at), BigInt(at), BigInt(size), BigInt(size), 8n)
  const section = (type: number, at: number, size: number, link: number): Buffer =>
    bytes(0, type, 0n, BigInt(at), BigInt(at), BigInt(size), link, 0, 0n, 0n)
  return bytes(
    '\u007fELF\u0002\u0001\u0001',
    Buffer.alloc(9),
    short(3),
    short(62),
    1,
    0n,
    64n,
    BigInt(sectionsAt),
    0,
    ...[64, 56, segments, 64, 3, 0].map(short),
    segment(1, 0, sectionsAt),
    segment(2, dynamicAt, dynamic.length),
    ...(interpreter === undefined ? [] : [segment(3, 64 + 56 * 3, program.length)]),
    program,
    text,
    dynamic,
    table,
    section(0, 0, 0, 0),
    section(11, symbolsAt, table.length, 2),
    section(3, stringsAt, text.length, 0),
  )
}

export interface PeOptions {
  readonly imports?: readonly string[]
  readonly delayImports?: readonly string[]
  readonly exports?: readonly string[]
}

/** A 64-bit DLL of one section, at 0x1000 in memory and 0x200 in the file. */
export function makePe({
  imports = ['python314.dll', 'KERNEL32.dll'],
  delayImports = ['ole32.dll'],
  exports = ['PyType_Ready'],
}: PeOptions = {}): Buffer {
  const address = 0x1000
  const importsAt = 0
  const delayAt = 20 * (imports.length + 1)
  const exportsAt = delayAt + 32 * (delayImports.length + 1)
  let names = ''
  const namesAt = exportsAt + 40 + 4 * exports.length
  const place = (text: string): number => {
    const at = address + namesAt + names.length
    names += `${text}\0`
    return at
  }
  const ordinary = imports.map((name) => bytes(0, 0, 0, place(name), 0))
  const delayed = delayImports.map((name) => bytes(1, place(name), 0, 0, 0, 0, 0, 0))
  const own = place('demo.dll')
  const exported = exports.map(place)
  const head = bytes(
    0,
    0,
    0,
    own,
    1,
    exports.length,
    exports.length,
    0,
    address + exportsAt + 40,
    0,
  )
  const data = bytes(
    ...ordinary,
    Buffer.alloc(20),
    ...delayed,
    Buffer.alloc(32),
    head,
    ...exported,
    names,
  )
  const directories = Array.from({ length: 16 }, () => [0, 0])
  directories[0] = [address + exportsAt, data.length - exportsAt]
  directories[1] = [address + importsAt, delayAt]
  directories[13] = [address + delayAt, exportsAt - delayAt]
  const optional = bytes(short(0x20b), Buffer.alloc(106), 16, ...directories.flat())
  const header = bytes(
    'MZ',
    Buffer.alloc(58),
    64,
    'PE\0\0',
    short(0x8664),
    short(1),
    Buffer.alloc(12),
    short(optional.length),
    short(0x2022),
    optional,
    padded('.rdata', 8),
    data.length,
    address,
    data.length,
    0x200,
    Buffer.alloc(16),
  )
  return Buffer.concat([header, Buffer.alloc(0x200 - header.length), data])
}

/** A 64-bit Mach-O library with the commands that are read, and one symbol. */
export function makeMacho(cpu = 0x0100000c): Buffer {
  const dylib = (command: number, name: string): Buffer => {
    const text = padded(name, Math.ceil((name.length + 1) / 8) * 8)
    return bytes(command, 24 + text.length, 24, 2, 0x10000, 0x10000, text)
  }
  const rpath = padded('@loader_path/../lib', 24)
  const strings = '\0_PyType_Ready\0\0'
  const segment = bytes(
    0x19,
    152,
    padded('__TEXT', 16),
    0n,
    0x4000n,
    0n,
    0x4000n,
    5,
    5,
    1,
    0,
    padded('__text', 16),
    padded('__TEXT', 16),
    0x1000n,
    4n,
    0x1000,
    2,
    Buffer.alloc(24),
  )
  const before = [
    segment,
    dylib(0xd, '@rpath/libdemo.dylib'),
    dylib(0xc, '@rpath/libpython3.14.dylib'),
    dylib(0x80000018, '/usr/lib/libSystem.B.dylib'),
    bytes(0x8000001c, 40, 12, rpath, 0),
    bytes(0x32, 24, 1, 0x0b0000, 0x0e0000, 0),
    bytes(0x1b, 24, Buffer.alloc(16, 7)),
    bytes(0x1d, 16, 0, 0),
  ]
  const size = before.reduce((total, { length }) => total + length, 24)
  const symbolsAt = 32 + size
  const symtab = bytes(0x2, 24, symbolsAt, 1, symbolsAt + 16, strings.length)
  return bytes(
    0xfeedfacf,
    cpu,
    0,
    6,
    before.length + 1,
    size,
    0x85,
    0,
    ...before,
    symtab,
    1,
    0x010f,
    0x1000n,
    strings,
  )
}

/** The same for two processors. */
export function makeFatMacho(): Buffer {
  const slices = [makeMacho(0x01000007), makeMacho()]
  const size = slices[0]?.length ?? 0
  const entries = [0x01000007, 0x0100000c].flatMap((cpu, index) =>
    [cpu, 0, 48 + index * size, size, 3].map(big),
  )
  return bytes(big(0xcafebabe), big(2), ...entries, ...slices)
}

/** A static library, as GNU ar makes it, of one object without bytes. */
export function makeArchive(symbols: readonly string[] = ['PyType_Ready']): Buffer {
  const table = bytes(
    big(symbols.length),
    ...symbols.map(() => big(0x80)),
    ...symbols.map((symbol) => `${symbol}\0`),
  )
  const header = `${'/'.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'0'.padEnd(8)}${String(table.length).padEnd(10)}\`\n`
  return bytes('!<arch>\n', header, table)
}
