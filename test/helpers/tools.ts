import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

import { describe, it } from 'vitest'

/** Programs that tests need beside Node, and the Debian packages that bring them (.ci/packages.txt). */
const packages = {
  cmake: 'cmake',
  ninja: 'ninja-build',
  'g++': 'g++',
  cc: 'gcc',
  make: 'make',
  strace: 'strace',
  readelf: 'binutils',
  ldd: 'libc-bin',
  '/usr/lib/wine/wine64': 'wine64',
  'qemu-aarch64-static': 'qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross',
  'x86_64-w64-mingw32-g++-posix': 'g++-mingw-w64-x86-64-posix',
  'pkg-config': 'pkg-config',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  'aarch64-linux-gnu-g++': 'g++-aarch64-linux-gnu',
  clang: 'clang',
  swig: 'swig',
  'llvm-readobj': 'llvm',
  'llvm-objdump': 'llvm',
  'llvm-nm': 'llvm',
  'llvm-otool-19': 'llvm-19',
  'llvm-strip-19': 'llvm-19',
  'llvm-objdump-19': 'llvm-19',
  'llvm-install-name-tool-19': 'llvm-19',
  'ld64.lld-19': 'lld-19',
  'clang-19': 'clang-19',
  file: 'file',
  git: 'git',
  openssl: 'openssl',
  osslsigncode: 'osslsigncode',
  zstd: 'zstd',
  rpmbuild: 'rpm',
  'dpkg-deb': 'dpkg',
  makensis: 'nsis',
} as const

export type Tool = keyof typeof packages

export function hasTool(tool: Tool): boolean {
  const candidates = tool.startsWith('/')
    ? [tool]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, tool))
  return candidates.some((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/**
 * `describe` for tests that need tools. Where one is missing they are skipped under a name that says how to
 * get it; with `CI=true` they fail.
 */
export function describeWithTools(tools: readonly Tool[], name: string, body: () => void): void {
  const missing = tools.filter((tool) => !hasTool(tool))
  const cure = missing.map((tool) => packages[tool]).join(' ')
  const need = `needs ${missing.join(', ')}: apt-get install ${cure}`
  describeUnless(missing.length === 0 ? undefined : need, name, body)
}

/** The same for tests that need what a program cannot bring; `need` says what is missing, if it is. */
export function describeUnless(need: string | undefined, name: string, body: () => void): void {
  if (need === undefined) {
    describe(name, body)
    return
  }
  const title = `${name} [${need}]`
  if (process.env['CI'] === 'true') {
    it(title, () => {
      throw new Error(need)
    })
  } else {
    describe.skip(title, body)
  }
}
