import type { Lock } from '../../src/lock/lock.ts'

/** A small lock for one target, with the given differences. */
export function makeLock(changes: Partial<Lock> = {}): Lock {
  const archive = {
    name: 'cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz',
    sha256: 'a'.repeat(64),
    size: 31_159_997,
  }
  return {
    lockVersion: 1,
    digest: 'd'.repeat(64),
    recipe: 1,
    python: { version: '3.14.6', build: '20260610', variant: 'default' },
    platform: { glibc: '2.28', macos: '11.0' },
    tool: { 'x86_64-unknown-linux-gnu': archive },
    targets: {
      'x86_64-unknown-linux-gnu': {
        archive,
        packages: [
          {
            name: 'numpy',
            version: '2.3.5',
            wheel: 'numpy-2.3.5-cp314-cp314-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl',
            sha256: 'b'.repeat(64),
            tag: 'cp314-cp314-manylinux_2_28_x86_64',
          },
        ],
      },
    },
    ...changes,
  }
}
