import { PyEmbedError } from '../errors.ts'
import type { PlistDictionary, PlistValue } from '../text/plist.ts'

export interface FrameworkInfo {
  /** `CFBundleIdentifier`, `org.example.workbench.python` */
  readonly identifier: string
  /** Of Python, `3.14.6` or `3.15.0rc1` */
  readonly version: string
  /** The oldest macOS that loads all of it, `11.0`. */
  readonly minimumSystem: string
  /** Of the prefix it is made of. */
  readonly pinId: string
}

/** By which a framework of pyembed is known. */
export const pinKey = 'PyEmbedPin'

/** `Resources/Info.plist` of a `Python.framework` (Information Property List Key Reference). */
export function frameworkInfo(info: FrameworkInfo): PlistDictionary {
  // Up to three numbers; notarisation and the App Store refuse `3.15.0rc1`.
  const version = /^\d+(?:\.\d+){0,2}/.exec(info.version)?.[0] ?? info.version
  return new Map<string, PlistValue>([
    ['CFBundleDevelopmentRegion', 'en'],
    ['CFBundleExecutable', 'Python'],
    ['CFBundleIdentifier', info.identifier],
    ['CFBundleInfoDictionaryVersion', '6.0'],
    ['CFBundleName', 'Python'],
    ['CFBundlePackageType', 'FMWK'],
    ['CFBundleShortVersionString', version],
    ['CFBundleSignature', '????'],
    ['CFBundleSupportedPlatforms', ['MacOSX']],
    ['CFBundleVersion', version],
    ['LSMinimumSystemVersion', info.minimumSystem],
    [pinKey, info.pinId],
  ])
}

/**
 * Refuses what macOS takes for no identifier of a bundle, and those of Apple, whose bundles it treats otherwise.
 * @throws PYEMBED_USAGE
 */
export function requireIdentifier(identifier: string): void {
  const isWellFormed = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(identifier)
  if (isWellFormed && !/^com\.apple\./i.test(identifier)) return
  throw new PyEmbedError(
    'PYEMBED_USAGE',
    `\`${identifier}\` cannot be the identifier of a bundle`,
    {
      hint: isWellFormed
        ? 'Those that begin with `com.apple.` are Apple’s: take a name of your own'
        : 'It has letters, digits, `-` and `.`, like `org.example.workbench.python`',
    },
  )
}
