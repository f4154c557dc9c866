/** `cmdsize` of the commands that have one size (mach-o/loader.h). */
export const commandSizes: Readonly<Record<number, number>> = {
  0x2: 24,
  0xb: 80,
  0x16: 16,
  0x1a: 72,
  0x1b: 24,
  0x1d: 16,
  0x1e: 16,
  0x22: 48,
  0x24: 16,
  0x26: 16,
  0x29: 16,
  0x2a: 16,
  0x2b: 16,
  0x2c: 24,
  0x2e: 16,
  0x80000022: 48,
  0x80000028: 24,
  0x80000033: 16,
  0x80000034: 16,
}

/** Segments, `LC_UNIXTHREAD`, `LC_NOTE`, `LC_BUILD_VERSION`. */
const [segment, threadStart, note, buildVersion] = [0x19, 0x5, 0x31, 0x32]

/** Of libraries, the loader, what an umbrella is of, its environment, rpaths: a text, and the least offset it may have. */
const texts: Readonly<Record<number, number>> = {
  0xc: 24,
  0xd: 24,
  0xe: 12,
  0x12: 12,
  0x13: 12,
  0x14: 12,
  0x15: 12,
  0x20: 24,
  0x27: 12,
  0x80000018: 24,
  0x8000001c: 12,
  0x8000001f: 24,
  0x80000023: 24,
}

/** `LC_CHAINED_FIXUPS`, the last one that everybody knows, and what dyld must understand in order to load a file. */
const [lastKnown, required] = [0x34, 0x80000000]

/** Whether dyld loads what has such a command: not older ones that are gone, nor unknown ones that it must understand. */
export function isKnown(command: number): boolean {
  if (command > lastKnown && command < required) return true
  const sized = commandSizes[command] ?? texts[command]
  return sized !== undefined || [segment, threadStart, note, buildVersion].includes(command)
}

/** Whether a command has the size that its kind has, and its text, if it has one, its end inside. */
export function isSized(command: number, bytes: Buffer): boolean {
  if (texts[command] !== undefined) {
    const offset = bytes.length < 12 ? 0 : bytes.readUInt32LE(8)
    return offset >= texts[command] && bytes.indexOf(0, offset) > offset
  }
  switch (command) {
    case buildVersion:
      return bytes.length >= 24 && bytes.length === 24 + 8 * bytes.readUInt32LE(20)
    case threadStart:
      // x86_THREAD_STATE64, before macOS 10.8.
      return bytes.length === 184 && bytes.readUInt32LE(8) === 4 && bytes.readUInt32LE(12) === 42
    case note:
      return bytes.length === 40
    default:
      return bytes.length === (commandSizes[command] ?? bytes.length)
  }
}
