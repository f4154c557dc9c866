import { posix, win32 } from 'node:path'

import type { OperatingSystem } from '../platform/target.ts'

/** The Python that environments of an app are based on. */
export interface Base {
  readonly executable: string
  readonly prefix: string
  /** `3.14.6` */
  readonly version: string
  /** Empty when it is not known. */
  readonly pinId: string
}

/** An application that has environments. */
export interface App {
  readonly name: string
  /** Empty unless the application declares one. */
  readonly id: string
  /** What its environments are found by. */
  readonly identity: string
  /** Its directory or bundle. */
  readonly path: string
  /** `cp314`, `cp314t` */
  readonly abi: string
}

/** The ABI tag of a Python; its pin id, or the key of its build, tells whether it is free-threaded. */
export function abiTag({ version, pinId }: Pick<Base, 'version' | 'pinId'>): string {
  const [major = '', minor = ''] = version.split('.')
  return `cp${major}${minor}${/-freethreaded(?:-[0-9a-f]{16})?$/.test(pinId) ? 't' : ''}`
}

/** The canonical directory of an executable, or on macOS the bundle it is in. Without an id it is the identity. */
export function appPath(system: OperatingSystem, executable: string): string {
  if (system === 'windows') return win32.dirname(plainWindowsPath(executable))
  const directory = posix.dirname(executable)
  const bundle = system === 'macos' ? /^.*?\.app(?=\/Contents(?:\/|$))/s.exec(directory) : null
  return bundle?.[0] ?? directory
}

/** The final path that Windows gives, as people write it. */
function plainWindowsPath(path: string): string {
  return path
    .replaceAll('/', '\\')
    .replace(/^\\\\\?\\UNC\\/, '\\\\')
    .replace(/^\\\\\?\\/, '')
    .replace(/^[a-z]:/, (drive) => drive.toUpperCase())
}

/** Where AppImages are mounted, elsewhere each time. */
export function isMountPoint(path: string): boolean {
  return /\/\.mount_[^/]+(?:\/|$)/.test(path)
}

/** The system this runs on. */
export function hostSystem(): OperatingSystem {
  if (process.platform === 'win32') return 'windows'
  return process.platform === 'darwin' ? 'macos' : 'linux'
}

/** Absolute on any system: records may be read on another one than they were written on. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || /^(?:[A-Za-z]:[\\/]|[\\/]{2}[^\\/])/.test(path)
}
