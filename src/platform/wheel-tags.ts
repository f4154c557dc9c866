import { minorVersion, prefixLayout, type PrefixKind } from './layout.ts'
import { linuxMachine, type Target } from './target.ts'

/** The oldest systems that must run what is installed. */
export interface PlatformFloors {
  /** glibc version, `2.28` */
  readonly glibc: string
  /** macOS version, `11.0` */
  readonly macos: string
}

/**
 * The platform tags that a wheel may carry to run on `target` at its floor, best first: every
 * tag from the floor down (PEP 600 `manylinux_X_Y` with its older names, PEP 656 musllinux, macOS tags as in
 * `packaging.tags.mac_platforms`). pip takes `--platform` to the letter and does not expand it.
 */
export function platformTags(target: Target, floors: PlatformFloors): readonly string[] {
  switch (target.os) {
    case 'windows':
      return [
        { x86_64: 'win_amd64', aarch64: 'win_arm64', i686: 'win32' }[target.arch] ??
          `win_${target.arch}`,
      ]
    case 'macos':
      return macosTags(target.arch === 'aarch64' ? 'arm64' : target.arch, floors.macos)
    case 'linux':
      return target.libc === 'musl'
        ? musllinuxTags(linuxMachine(target.arch))
        : manylinuxTags(linuxMachine(target.arch), floors.glibc)
  }
}

/** The interpreter's own tags for pip's `--python-version`, `--implementation` and `--abi`. */
export function interpreterTags(kind: PrefixKind): {
  readonly pythonVersion: string
  readonly implementation: 'cp'
  readonly abis: readonly string[]
} {
  const { abiTag } = prefixLayout(kind)
  const isFreeThreaded = kind.variant === 'freethreaded'
  return {
    pythonVersion: minorVersion(kind.version),
    implementation: 'cp',
    abis: isFreeThreaded ? [abiTag, 'none'] : [abiTag, 'abi3', 'none'],
  }
}

const legacyManylinux: Readonly<Record<number, string>> = {
  17: 'manylinux2014',
  12: 'manylinux2010',
  5: 'manylinux1',
}

function manylinuxTags(arch: string, floor: string): string[] {
  const [major = 2, newest = 17] = floor.split('.').map(Number)
  const oldest = arch === 'x86_64' || arch === 'i686' ? 5 : 17
  const tags: string[] = []
  for (let minor = newest; minor >= oldest; minor--) {
    tags.push(`manylinux_${major}_${minor}_${arch}`)
    const legacy = legacyManylinux[minor]
    if (legacy !== undefined) tags.push(`${legacy}_${arch}`)
  }
  return [...tags, `linux_${arch}`]
}

function musllinuxTags(arch: string): string[] {
  return [
    `musllinux_1_2_${arch}`,
    `musllinux_1_1_${arch}`,
    `musllinux_1_0_${arch}`,
    `linux_${arch}`,
  ]
}

function macosTags(arch: string, floor: string): string[] {
  const [major = 11, minor = 0] = floor.split('.').map(Number)
  const formats =
    arch === 'arm64'
      ? ['arm64', 'universal2']
      : [arch, 'intel', 'fat64', 'fat32', 'universal2', 'universal']
  const tags: string[] = []
  const add = (x: number, y: number, of: readonly string[]): void => {
    for (const format of of) tags.push(`macosx_${x}_${y}_${format}`)
  }
  for (let x = major; x >= 11; x--) add(x, 0, formats)
  // Before macOS 11 arm64 did not exist: only its half of a universal2 wheel fits.
  const newestTen = major === 10 ? minor : 16
  for (let y = newestTen; y >= 4; y--) add(10, y, arch === 'arm64' ? ['universal2'] : formats)
  return tags
}
