import type { Flavor } from '../manifest/manifest.ts'
import type { Variant } from '../platform/layout.ts'

/** One archive of a PBS release. */
export interface Asset {
  /** `3.14.6` */
  readonly version: string
  /** `20260610` */
  readonly build: string
  /** Triple */
  readonly target: string
  readonly variant: Variant
  readonly flavor: Flavor
  readonly sha256: string
}

const freeThreadedPrefix = 'freethreaded-'

/** The file name PBS gives an archive (python-build-standalone src/release.rs, `install_only`). */
export function assetName(asset: Omit<Asset, 'sha256'>): string {
  const prefix = asset.variant === 'freethreaded' ? freeThreadedPrefix : ''
  return `cpython-${asset.version}+${asset.build}-${asset.target}-${prefix}${asset.flavor}.tar.gz`
}

/** Reads such a name; undefined for the archives pyembed has no use for (debug, full). */
export function parseAssetName(name: string): Omit<Asset, 'sha256'> | undefined {
  const match =
    /^cpython-(?<version>[^+]+)\+(?<build>\d{8})-(?<target>.+?)-(?<free>freethreaded-)?(?<flavor>install_only(?:_stripped)?)\.tar\.gz$/.exec(
      name,
    )
  const { version, build, target, free, flavor } = match?.groups ?? {}
  if (version === undefined || build === undefined || target === undefined) return undefined
  return {
    version,
    build,
    target,
    variant: free === undefined ? 'default' : 'freethreaded',
    flavor: flavor as Flavor,
  }
}

/** The key that names a Python: `cpython-3.14.6+20260610-x86_64-unknown-linux-gnu` (`-freethreaded` when it is). */
export function assetKey(asset: Pick<Asset, 'version' | 'build' | 'target' | 'variant'>): string {
  const suffix = asset.variant === 'freethreaded' ? '-freethreaded' : ''
  return `cpython-${asset.version}+${asset.build}-${asset.target}${suffix}`
}
