/** `cputype` of mach/machine.h. */
export const cpuTypes = { x86_64: 0x01000007, arm64: 0x0100000c } as const

/** `CPU_SUBTYPE_ARM64E`; the high byte has capabilities. */
const [arm64e, subtypeMask] = [2, 0x00ffffff]

/** What Apple's tools call an architecture. */
export function architectureOf(slice: {
  readonly cpu: number
  readonly cpuSubtype: number
}): string {
  if (slice.cpu === cpuTypes.x86_64) return 'x86_64'
  if (slice.cpu !== cpuTypes.arm64) return `cpu 0x${slice.cpu.toString(16)}`
  return (slice.cpuSubtype & subtypeMask) === arm64e ? 'arm64e' : 'arm64'
}
