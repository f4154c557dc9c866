import { chmodSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { writeFiles } from './tree.ts'
import { findZig, zigCache } from './zig.ts'

const architectures = {
  arm64: { zig: 'aarch64-macos.11.0', clang: 'arm64-apple-macos11.0', minimum: '11.0' },
  x86_64: { zig: 'x86_64-macos.10.15', clang: 'x86_64-apple-macos10.15', minimum: '10.15' },
} as const

export type MacArchitecture = keyof typeof architectures

/** What builds for macOS here: options of CMake, and the environment of the compilers. */
interface MacToolchain {
  readonly options: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/**
 * Writes a toolchain of CMake for macOS into a folder: zig, which knows macOS without an SDK, and clang with lld for bundles
 * (`MODULE` libraries), which zig cannot link. What zig builds of its C++ library stays in the user's cache: the first
 * program of an architecture takes a minute.
 */
export async function makeMacToolchain(
  directory: string,
  arch: MacArchitecture,
): Promise<MacToolchain> {
  const zig = await findZig()
  const { zig: zigTarget, clang, minimum } = architectures[arch]
  const wrapper = (verb: string): string => `#!/bin/sh
is_bundle=
for arg do
  shift
  case $arg in
    -bundle) is_bundle=1 ;;
    -mmacosx-version-min=*) continue ;;
  esac
  set -- "$@" "$arg"
done
if [ -n "$is_bundle" ]; then
  exec clang-19 -target ${clang} -mlinker-version=907 --ld-path="$(command -v ld64.lld-19)" \\
    -L'${dirname(zig)}/lib/libc/darwin' "$@"
fi
exec '${zig}' ${verb} -target ${zigTarget} -fno-sanitize=all "$@"
`
  writeFiles(directory, {
    cc: wrapper('cc'),
    'c++': wrapper('c++'),
    // Darwin.cmake asks sw_vers, which only Macs have, whether macOS knows run-time paths.
    'rules.cmake': 'set(CMAKE_SHARED_LIBRARY_RUNTIME_C_FLAG "-Wl,-rpath,")\n',
    'toolchain.cmake': `set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_VERSION 23)
set(CMAKE_SYSTEM_PROCESSOR ${arch})
set(CMAKE_C_COMPILER "${directory}/cc")
set(CMAKE_CXX_COMPILER "${directory}/c++")
set(CMAKE_INSTALL_NAME_TOOL llvm-install-name-tool-19)
set(CMAKE_AR llvm-ar-19)
set(CMAKE_RANLIB llvm-ranlib-19)
set(CMAKE_OSX_DEPLOYMENT_TARGET ${minimum} CACHE STRING "")
set(CMAKE_USER_MAKE_RULES_OVERRIDE "${directory}/rules.cmake")
`,
  })
  for (const name of ['cc', 'c++']) chmodSync(join(directory, name), 0o755)
  return {
    options: [`-DCMAKE_TOOLCHAIN_FILE=${directory}/toolchain.cmake`],
    env: zigCache(join(directory, 'cache')),
  }
}
