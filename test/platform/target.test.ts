import { describe, expect, it } from 'vitest'

import { hostTarget, hostTargets, parseTarget } from '../../src/platform/target.ts'
import { codeOf } from '../helpers/errors.ts'
import { askPython } from '../helpers/python.ts'

describe('parseTarget', () => {
  /** Triples of PBS releases (python-build-standalone docs/distributions.rst). */
  it.each([
    ['x86_64-unknown-linux-gnu', 'x86_64', 'linux', 'gnu'],
    ['x86_64_v2-unknown-linux-gnu', 'x86_64', 'linux', 'gnu'],
    ['x86_64_v3-unknown-linux-gnu', 'x86_64', 'linux', 'gnu'],
    ['x86_64_v4-unknown-linux-musl', 'x86_64', 'linux', 'musl'],
    ['x86_64-unknown-linux-musl', 'x86_64', 'linux', 'musl'],
    ['aarch64-unknown-linux-gnu', 'aarch64', 'linux', 'gnu'],
    ['aarch64-unknown-linux-musl', 'aarch64', 'linux', 'musl'],
    ['armv7-unknown-linux-gnueabi', 'armv7', 'linux', 'gnu'],
    ['armv7-unknown-linux-gnueabihf', 'armv7', 'linux', 'gnu'],
    ['i686-unknown-linux-gnu', 'i686', 'linux', 'gnu'],
    ['ppc64le-unknown-linux-gnu', 'ppc64le', 'linux', 'gnu'],
    ['riscv64-unknown-linux-gnu', 'riscv64', 'linux', 'gnu'],
    ['s390x-unknown-linux-gnu', 's390x', 'linux', 'gnu'],
    ['aarch64-apple-darwin', 'aarch64', 'macos', undefined],
    ['x86_64-apple-darwin', 'x86_64', 'macos', undefined],
    ['x86_64-pc-windows-msvc', 'x86_64', 'windows', undefined],
    ['aarch64-pc-windows-msvc', 'aarch64', 'windows', undefined],
    ['i686-pc-windows-msvc', 'i686', 'windows', undefined],
  ])('reads %s', (triple, arch, os, libc) => {
    expect(parseTarget(triple)).toEqual({ triple, arch, os, libc })
  })

  it.each([
    [''],
    ['linux'],
    ['x86_64-linux-gnu'],
    ['x86_64-unknown-linux'],
    ['x86_64-pc-windows-gnu'],
    ['x86_64-pc-windows-msvc-shared'],
    ['X86_64-apple-darwin'],
    ['../x86_64-apple-darwin'],
    ['x86_64-unknown-linux-gnu\n'],
  ])('refuses %j', async (triple) => {
    expect(await codeOf(() => parseTarget(triple))).toBe('PYEMBED_TARGET_NOT_FOUND')
  })
})

describe('hostTarget', () => {
  it('is what Python says of this machine', () => {
    const [system, machine, libc] = askPython<[string, string, string]>(
      'import json, platform; print(json.dumps([platform.system(), platform.machine(), platform.libc_ver()[0]]))',
    )
    const arch = { AMD64: 'x86_64', arm64: 'aarch64' }[machine] ?? machine
    const os = {
      Linux: `unknown-linux-${libc === 'glibc' ? 'gnu' : 'musl'}`,
      Darwin: 'apple-darwin',
      Windows: 'pc-windows-msvc',
    }[system]

    expect(hostTarget()).toBe(`${arch}-${os}`)
    expect(hostTargets).toContain(hostTarget())
  })
})
