import { hasErrorCode } from '../../errors.ts'
import { withBytes } from '../bytes.ts'
import type { VersionCommand } from './commands.ts'
import { isMacho, readMacho } from './macho.ts'

/** `mach_header.cputype` (mach/machine.h), by architecture as triples call it. */
const cpuTypes: Readonly<Record<string, number>> = { x86_64: 0x01000007, aarch64: 0x0100000c }

/**
 * The oldest macOS that loads the code for `arch` in a file, `11.0`, as its load commands say. Undefined when the
 * file is no Mach-O, or a damaged one, has nothing for `arch` or does not say.
 */
export function readMachoMinimum(path: string, arch: string): string | undefined {
  try {
    return withBytes(path, (bytes) => {
      if (bytes.size < 8 || !isMacho(bytes.read(0, 8).bytes)) return undefined
      const slice = readMacho(bytes).slices.find(({ cpu }) => cpu === cpuTypes[arch])
      const command = slice?.commands.find(
        (each): each is typeof each & VersionCommand => each.kind === 'version',
      )
      return command === undefined ? undefined : formatVersion(command.minimum)
    })
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return undefined
    throw error
  }
}

/** `xxxx.yy.zz` in nibbles. */
export function formatVersion(packed: number): string {
  const [major, minor, patch] = [packed >>> 16, (packed >>> 8) & 0xff, packed & 0xff]
  return patch === 0 ? `${major}.${minor}` : `${major}.${minor}.${patch}`
}
