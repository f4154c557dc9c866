import { closeSync, openSync, readSync } from 'node:fs'

const thinMagics = new Set([0xfeedface, 0xfeedfacf])
const fatMagic = 0xcafebabe
const versionMinMacos = 0x24
const buildVersion = 0x32

export interface MachoSlice {
  /** `mach_header.cputype`: 0x01000007 x86_64, 0x0100000c arm64. */
  readonly cpu: number
  /** The oldest macOS that loads it, `11.0`; undefined when no load command says. */
  readonly minimumMacos: string | undefined
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
  for (let at = 0; at < commands.length; at += commands.readUInt32LE(at + 4)) {
    const command = commands.readUInt32LE(at)
    if (command === versionMinMacos) minimumMacos = version(commands.readUInt32LE(at + 8))
    if (command === buildVersion) minimumMacos = version(commands.readUInt32LE(at + 12))
  }
  return { cpu: header.readUInt32LE(4), minimumMacos }
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
