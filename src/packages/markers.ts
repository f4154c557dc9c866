import type { PrefixKind } from '../platform/layout.ts'
import { minorVersion } from '../platform/layout.ts'
import { linuxMachine } from '../platform/target.ts'

/**
 * The marker environment (PEP 508, "Environment markers") of a target: what its Python would say of itself.
 * Release and version of the system are unknown and empty.
 */
export function markerEnvironment({
  target,
  version,
}: PrefixKind): Readonly<Record<string, string>> {
  const { os, arch } = target
  const system = { linux: 'Linux', macos: 'Darwin', windows: 'Windows' }[os]
  const machine = {
    linux: linuxMachine(arch),
    macos: arch === 'aarch64' ? 'arm64' : arch,
    windows: { x86_64: 'AMD64', aarch64: 'ARM64', i686: 'x86' }[arch] ?? arch,
  }[os]
  return {
    implementation_name: 'cpython',
    implementation_version: version,
    os_name: os === 'windows' ? 'nt' : 'posix',
    platform_machine: machine,
    platform_python_implementation: 'CPython',
    platform_release: '',
    platform_system: system,
    platform_version: '',
    python_full_version: version,
    python_version: minorVersion(version),
    sys_platform: { linux: 'linux', macos: 'darwin', windows: 'win32' }[os],
  }
}
