import type { Target } from './target.ts'

export type Variant = 'default' | 'freethreaded'

/** What decides where things are in a prefix. */
export interface PrefixKind {
  readonly target: Target
  /** `3.14.6` */
  readonly version: string
  readonly variant: Variant
}

/** Where things are in a prefix; relative to it, with `/`. */
export interface PrefixLayout {
  readonly executable: string
  /** The shared library that an application embeds. */
  readonly library: string
  /** Windows: what the linker is given for `library`; elsewhere undefined. */
  readonly importLibrary: string | undefined
  readonly sabiImportLibrary: string | undefined
  readonly include: string
  readonly stdlib: string
  /** purelib and platlib: PBS keeps both in one folder. */
  readonly sitePackages: string
  readonly scripts: string
  /** PEP 3149 tag of extension modules, `cpython-314-x86_64-linux-gnu`. */
  readonly soabi: string
  /** PEP 425 ABI tag, `cp314` or `cp314t`. */
  readonly abiTag: string
}

/** `3.14` of `3.14.6` and of `3.15.0rc1`. */
export function minorVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

/** The layout of a PBS `install_only` tree (python-build-standalone docs/distributions.rst). */
export function prefixLayout({ target, version, variant }: PrefixKind): PrefixLayout {
  const suffix = variant === 'freethreaded' ? 't' : ''
  const minor = minorVersion(version)
  const digits = minor.replace('.', '')
  const abiTag = `cp${digits}${suffix}`

  if (target.os === 'windows') {
    const platform = { x86_64: 'amd64', aarch64: 'arm64', i686: '32' }[target.arch] ?? target.arch
    return {
      executable: 'python.exe',
      library: `python${digits}${suffix}.dll`,
      importLibrary: `libs/python${digits}${suffix}.lib`,
      sabiImportLibrary: `libs/python3${suffix}.lib`,
      include: 'include',
      stdlib: 'Lib',
      sitePackages: 'Lib/site-packages',
      scripts: 'Scripts',
      soabi: target.arch === 'i686' ? `${abiTag}-win32` : `${abiTag}-win_${platform}`,
      abiTag,
    }
  }

  const name = `python${minor}${suffix}`
  const library = target.os === 'macos' ? `lib/lib${name}.dylib` : `lib/lib${name}.so.1.0`
  const platform = target.os === 'macos' ? 'darwin' : linuxPlatform(target)
  return {
    executable: `bin/python${minor}${suffix}`,
    library,
    importLibrary: undefined,
    sabiImportLibrary: undefined,
    include: `include/${name}`,
    stdlib: `lib/${name}`,
    sitePackages: `lib/${name}/site-packages`,
    scripts: 'bin',
    soabi: `cpython-${digits}${suffix}-${platform}`,
    abiTag,
  }
}

/** As CPython's Misc/platform_triplet.c writes it, `arm-linux-gnueabihf`. */
function linuxPlatform({ arch, triple }: Target): string {
  const cpu = { armv7: 'arm', i686: 'i386', ppc64le: 'powerpc64le' }[arch] ?? arch
  return `${cpu}-linux-${triple.split('-').at(-1)}`
}
