import { closeSync, openSync, readSync } from 'node:fs'

/** `mach_header.cputype` (mach/machine.h), by architecture as triples call it. */
const cpuTypes: Readonly<Record<string, number>> = { x86_64: 0x01000007, aarch64: 0x0100000c }

const thinMagic = 0xfeedfacf
const fatMagic = 0xcafebabe
const fatHeaderSize = 8
const fatArchSize = 20
const headerSize = 32
const versionMinMacos = 0x24
const buildVersion = 0x32
/** Java classes have the magic of fat files too, and a version (45 and up) where the count of slices is. */
const mostSlices = 30

/**
 * The oldest macOS that loads the code for `arch` in a file, `11.0`, as its load commands say (mach-o/loader.h,
 * mach-o/fat.h). Undefined when the file is no 64-bit Mach-O, has none for `arch` or does not say.
 */
export function readMachoMinimum(path: string, arch: string): string | undefined {
  const file = openSync(path, 'r')
  try {
    const head = read(file, 0, fatHeaderSize)
    if (head.length < fatHeaderSize) return undefined
    if (head.readUInt32LE(0) === thinMagic) return readSlice(file, 0, arch)
    const count = head.readUInt32BE(4)
    if (head.readUInt32BE(0) !== fatMagic || count > mostSlices) return undefined
    const slices = read(file, fatHeaderSize, count * fatArchSize)
    for (let at = 0; at + fatArchSize <= slices.length; at += fatArchSize) {
      if (slices.readUInt32BE(at) === cpuTypes[arch])
        return readSlice(file, slices.readUInt32BE(at + 8), arch)
    }
    return undefined
  } finally {
    closeSync(file)
  }
}

function readSlice(file: number, offset: number, arch: string): string | undefined {
  const header = read(file, offset, headerSize)
  if (header.length < headerSize || header.readUInt32LE(4) !== cpuTypes[arch]) return undefined
  const commands = read(file, offset + headerSize, header.readUInt32LE(20))
  for (let at = 0; at + 16 <= commands.length;) {
    const command = commands.readUInt32LE(at)
    if (command === versionMinMacos) return formatVersion(commands.readUInt32LE(at + 8))
    if (command === buildVersion) return formatVersion(commands.readUInt32LE(at + 12))
    at += Math.max(8, commands.readUInt32LE(at + 4))
  }
  return undefined
}

/** `xxxx.yy.zz` in nibbles. */
function formatVersion(packed: number): string {
  const [major, minor, patch] = [packed >>> 16, (packed >>> 8) & 0xff, packed & 0xff]
  return patch === 0 ? `${major}.${minor}` : `${major}.${minor}.${patch}`
}

function read(file: number, offset: number, size: number): Buffer {
  const buffer = Buffer.alloc(size)
  return buffer.subarray(0, readSync(file, buffer, 0, size, offset))
}
