import { describe, expect, it } from 'vitest'

import { parseTarget } from '../../src/platform/target.ts'
import { interpreterTags, platformTags } from '../../src/platform/wheel-tags.ts'
import { askPython } from '../helpers/python.ts'

const floors = { glibc: '2.28', macos: '11.0' }

/** packaging’s manylinux tags, on a machine of this architecture whose glibc is this one. */
const manylinux = `
import json, re, sys
from pip._vendor.packaging import _manylinux as module
arch, major, minor = json.loads(sys.argv[1])
module._get_glibc_version = lambda: (major, minor)
module._have_compatible_abi = lambda *_: True
module._is_compatible = lambda *arguments: True
try:
    tags = list(module.platform_tags([arch]))
except TypeError:
    tags = list(module.platform_tags("linux_" + arch, arch))
tags = [tag if tag.endswith(arch) else tag + "_" + arch for tag in tags]
print(json.dumps([tag for tag in tags if (found := re.match(r"manylinux_2_(\\d+)_", tag)) is None or int(found[1]) <= minor]))
`

const macos =
  'import json, sys; from pip._vendor.packaging.tags import mac_platforms; arch, major, minor = json.loads(sys.argv[1]); print(json.dumps(list(mac_platforms((major, minor), arch))))'

describe('platformTags', () => {
  it.each([
    ['x86_64', 28],
    ['x86_64', 17],
    ['x86_64', 12],
    ['x86_64', 5],
    ['x86_64', 39],
    ['i686', 28],
    ['aarch64', 28],
    ['aarch64', 17],
  ])('of Linux on %s with glibc 2.%i are those of packaging', (arch, minor) => {
    const tags = platformTags(parseTarget(`${arch}-unknown-linux-gnu`), {
      ...floors,
      glibc: `2.${minor}`,
    })

    expect(tags).toEqual([...askPython<string[]>(manylinux, [arch, 2, minor]), `linux_${arch}`])
  })

  it.each([
    ['x86_64', 11, 0],
    ['x86_64', 14, 0],
    ['x86_64', 10, 15],
    ['x86_64', 10, 9],
    ['arm64', 11, 0],
    ['arm64', 15, 0],
  ])('of macOS on %s from %i.%i are those of packaging', (arch, major, minor) => {
    const triple = `${arch === 'arm64' ? 'aarch64' : arch}-apple-darwin`

    const tags = platformTags(parseTarget(triple), { ...floors, macos: `${major}.${minor}` })

    expect(tags).toEqual(askPython(macos, [arch, major, minor]))
  })

  it.each([
    ['x86_64-pc-windows-msvc', ['win_amd64']],
    ['aarch64-pc-windows-msvc', ['win_arm64']],
    ['i686-pc-windows-msvc', ['win32']],
  ])('of %s are %s', (triple, tags) => {
    expect(platformTags(parseTarget(triple), floors)).toEqual(tags)
  })

  it('of Linux on armv7 are those of armv7l, as wheels have it', () => {
    const triple = 'armv7-unknown-linux-gnueabihf'
    const tags = platformTags(parseTarget(triple), { ...floors, glibc: '2.18' })

    expect(tags).toEqual([
      ...askPython<string[]>(manylinux, ['armv7l', 2, 18]).filter((tag) => tag.endsWith('_armv7l')),
      'linux_armv7l',
    ])
  })

  it('of musl know no glibc', () => {
    const tags = platformTags(parseTarget('aarch64-unknown-linux-musl'), floors)

    expect(tags[0]).toBe('musllinux_1_2_aarch64')
    expect(tags.filter((tag) => tag.startsWith('manylinux'))).toEqual([])
  })

  it('of a micro-architecture level are those of its architecture', () => {
    const [level, plain] = ['x86_64_v3', 'x86_64'].map((arch) =>
      platformTags(parseTarget(`${arch}-unknown-linux-gnu`), floors),
    )

    expect(level).toEqual(plain)
  })
})

describe('interpreterTags', () => {
  it.each([
    ['default', ['cp314', 'abi3', 'none']],
    // There is no stable ABI without the GIL.
    ['freethreaded', ['cp314t', 'none']],
  ] as const)('of a %s Python', (variant, abis) => {
    const kind = { target: parseTarget('aarch64-apple-darwin'), version: '3.14.6', variant }

    expect(interpreterTags(kind)).toEqual({ pythonVersion: '3.14', implementation: 'cp', abis })
  })
})
