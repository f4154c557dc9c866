import { closeSync, openSync, readSync } from 'node:fs'

const thinMagics = new Set([0xfeedface, 0xfeedfacf])
const fatMagic = 0xcafebabe
const versionMinMacos = 0x24
const buildVersion = 0x32
const idDylib = 0xd
const loadDylib = 0xc
const segment64 = 0x19
/** Sections that have no bytes in the file: S_ZEROFILL, S_GB_ZEROFILL, S_THREAD_LOCAL_ZEROFILL. */
const zeroFilled = new Set([0x1, 0xc, 0x12])

export interface MachoSlice {
  /** `mach_header.cputype`: 0x01000007 x86_64, 0x0100000c arm64. */
  readonly cpu: number
  /** The oldest macOS that loads it, `11.0`; undefined when no load command says. */
  readonly minimumMacos: string | undefined
  /** `LC_ID_DYLIB` */
  readonly installName: string | undefined
  /** `LC_LOAD_DYLIB` */
  readonly loads: readonly string[]
  /** Bytes between the load commands and the first section: what more of them would fit into. */
  readonly headerRoom: number
}

/** The slices of a Mach-O file (mach-o/loader.h, mach-o/fat.h); none when the file is something else. */
export function readMacho(path: string): readonly MachoSlice[] {
  const head = read(path, 0, 4096)
  if (head.length < 32) return []
  if (thinMagics.has(head.readUInt32LE(0))) return [readSlice(path, 0)]
  // Java classes have the magic too, and a version where the count of slices is.
  const count = head.readUInt32BE(4)
  if (head.readUInt32BE(0) !== fatMagic || count > 20) return []
  return Array.from({ length: count }, (_, index) =>
    readSlice(path, head.readUInt32BE(8 + index * 20 + 8)),
  )
}

function readSlice(path: string, offset: number): MachoSlice {
  const header = read(path, offset, 32)
  const headerSize = header.readUInt32LE(0) === 0xfeedfacf ? 32 : 28
  const commands = read(path, offset + headerSize, header.readUInt32LE(20))
  let minimumMacos: string | undefined
  let installName: string | undefined
  const loads: string[] = []
  let firstSection = Infinity
  for (let at = 0; at < commands.length; at += commands.readUInt32LE(at + 4)) {
    const command = commands.readUInt32LE(at)
    const body = commands.subarray(at, at + commands.readUInt32LE(at + 4))
    if (command === idDylib) installName = nameOf(body)
    if (command === loadDylib) loads.push(nameOf(body))
    if (command === segment64) firstSection = Math.min(firstSection, ...sectionOffsets(body))
    if (command === versionMinMacos) minimumMacos = version(commands.readUInt32LE(at + 8))
    if (command === buildVersion) minimumMacos = version(commands.readUInt32LE(at + 12))
  }
  return {
    cpu: header.readUInt32LE(4),
    minimumMacos,
    installName,
    loads,
    headerRoom: firstSection - headerSize - commands.length,
  }
}

/** The name of a dylib command, which starts at an offset the command tells. */
function nameOf(command: Buffer): string {
  const name = command.subarray(command.readUInt32LE(8)).toString()
  return name.slice(0, name.indexOf('\0'))
}

/** Where the bytes of an `LC_SEGMENT_64`’s sections begin in the slice. */
function sectionOffsets(segment: Buffer): readonly number[] {
  return Array.from({ length: segment.readUInt32LE(64) }, (_, index) =>
    segment.subarray(72 + 80 * index),
  )
    .filter((section) => !zeroFilled.has(section.readUInt32LE(64) & 0xff))
    .filter((section) => section.readBigUInt64LE(40) > 0n && section.readUInt32LE(48) > 0)
    .map((section) => section.readUInt32LE(48))
}

function version(packed: number): string {
  return `${packed >> 16}.${(packed >> 8) & 0xff}`
}

function read(path: string, offset: number, size: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(size)
    return buffer.subarray(0, readSync(file, buffer, 0, size, offset))
  } finally {
    closeSync(file)
  }
}
