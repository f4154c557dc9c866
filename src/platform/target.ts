import { closeSync, openSync, readSync } from 'node:fs'

import { PyEmbedError } from '../errors.ts'

export type OperatingSystem = 'linux' | 'macos' | 'windows'
export type Libc = 'gnu' | 'musl'

/** A platform triple, as python-build-standalone writes it, taken apart. */
export interface Target {
  /** `x86_64-unknown-linux-gnu` */
  readonly triple: string
  /** `x86_64`, `aarch64`, `i686`, … without a micro-architecture level */
  readonly arch: string
  readonly os: OperatingSystem
  /** Linux only */
  readonly libc: Libc | undefined
}

/** Reads a triple. @throws PYEMBED_TARGET_NOT_FOUND when PBS has never had the like. */
export function parseTarget(triple: string): Target {
  const match =
    /^(?<arch>[a-z0-9_]+?)(?:_v[234])?-(?:unknown-linux-(?<libc>gnu|musl)\w*|(?<apple>apple-darwin)|(?<windows>pc-windows-msvc))$/.exec(
      triple,
    )
  const arch = match?.groups?.['arch']
  if (match === null || arch === undefined) {
    throw new PyEmbedError('PYEMBED_TARGET_NOT_FOUND', `\`${triple}\` is not a known target`, {
      hint: 'Targets are triples such as `x86_64-unknown-linux-gnu`, `aarch64-apple-darwin`, `x86_64-pc-windows-msvc`; `pyembed python list` shows what a build has',
    })
  }
  const { libc, apple } = match.groups ?? {}
  const os = libc === undefined ? (apple === undefined ? 'windows' : 'macos') : 'linux'
  return { triple, arch, os, libc: libc as Libc | undefined }
}

/** What `uname -m` says on a Linux of this architecture; wheels and markers have it too. */
export function linuxMachine(arch: string): string {
  return arch === 'armv7' ? 'armv7l' : arch
}

/** The targets on which pyembed itself can run a tool Python, best known first. */
export const hostTargets = [
  'x86_64-unknown-linux-gnu',
  'aarch64-unknown-linux-gnu',
  'x86_64-unknown-linux-musl',
  'aarch64-unknown-linux-musl',
  'aarch64-apple-darwin',
  'x86_64-apple-darwin',
  'x86_64-pc-windows-msvc',
  'aarch64-pc-windows-msvc',
] as const

/** The target of the machine this runs on. @throws PYEMBED_HOST_UNSUPPORTED */
export function hostTarget(): string {
  const arch = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string]
  const system = {
    linux: isMusl() ? 'unknown-linux-musl' : 'unknown-linux-gnu',
    darwin: 'apple-darwin',
    win32: 'pc-windows-msvc',
  }[process.platform as string]
  if (arch === undefined || system === undefined) {
    throw new PyEmbedError(
      'PYEMBED_HOST_UNSUPPORTED',
      `pyembed does not run on \`${process.platform}-${process.arch}\``,
      { hint: `It runs on: ${hostTargets.join(', ')}` },
    )
  }
  return `${arch}-${system}`
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false
  // The loader's name (PT_INTERP) stands in the first page of every Node; process.report takes 5 ms to say the same.
  const page = Buffer.alloc(4096)
  const file = openSync(process.execPath, 'r')
  try {
    readSync(file, page)
  } finally {
    closeSync(file)
  }
  return page.includes('/ld-musl-')
}
