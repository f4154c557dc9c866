import type { Bytes } from '../bytes.ts'
import { cpuTypes } from './architecture.ts'
import { isSized } from './command-sizes.ts'
import { executable, type MachoSlice } from './macho.ts'
import { readRawCommands } from './raw-commands.ts'

/** `LC_LOAD_DYLINKER`, `LC_MAIN`. */
export const [loadDylinker, main] = [0xe, 0x80000028] as const

/** `MH_DYLDLINK`, `MH_PIE`. */
const [dyldLink, pie] = [0x4, 0x200000]
/** `VM_PROT_EXECUTE` */
const execute = 4

/** Why the kernel would not start a program (xnu's mach_loader.c: `load_machfile`, `parse_machfile`). */
export function checkProgram(file: Bytes, slice: MachoSlice): readonly string[] {
  return [
    ...checkBegin(file, slice),
    ...(slice.fileType === executable ? [...checkFlags(slice), ...checkPageZero(slice)] : []),
  ]
}

/** The kernel takes this loader alone; `LC_MAIN` says where the program begins, counted from `__TEXT`. */
function checkBegin(file: Bytes, slice: MachoSlice): readonly string[] {
  const segments = slice.commands.filter((each) => each.kind === 'segment')
  const start = segments.find(({ name }) => name === '__TEXT')?.address ?? 0
  return readRawCommands(file, slice).flatMap(({ command, bytes }) => {
    if (command.command === loadDylinker && isSized(loadDylinker, bytes)) {
      const [name] = bytes.toString('latin1', 12).split('\0')
      return name === '/usr/lib/dyld' ? [] : [`its loader is \`${name ?? ''}\``]
    }
    if (command.command !== main || !isSized(main, bytes)) return []
    const at = start + Number(bytes.readBigUInt64LE(8))
    const isCode = segments.some(
      ({ address, memorySize, protections: [, initial] }) =>
        at >= address && at < address + memorySize && (initial & execute) !== 0,
    )
    return isCode ? [] : ['it begins outside its code']
  })
}

/** What x86_64 may be, arm64 may not: static, and always at the same place. */
function checkFlags({ cpu, flags }: MachoSlice): readonly string[] {
  if (cpu !== cpuTypes.arm64) return []
  if ((flags & dyldLink) === 0) return ['it is static, which arm64 does not run']
  return (flags & pie) === 0 ? ['it is no PIE (`MH_PIE`), as arm64 asks'] : []
}

/** Of a segment with nothing in it, whatever its name, the kernel makes the end of what nobody may use. */
function checkPageZero({ cpu, commands }: MachoSlice): readonly string[] {
  const least = cpu === cpuTypes.arm64 ? 2 ** 32 : 0x1000
  const isThere = commands.some(
    (each) =>
      each.kind === 'segment' &&
      each.address === 0 &&
      each.fileSize === 0 &&
      each.protections.every((bits) => bits === 0) &&
      each.memorySize >= least,
  )
  const size = cpu === cpuTypes.arm64 ? '4 GB' : 'a page'
  return isThere
    ? []
    : [`it does not leave ${size} unused at the beginning of memory (\`__PAGEZERO\`)`]
}
