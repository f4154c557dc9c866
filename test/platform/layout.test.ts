import { describe, expect, it } from 'vitest'

import { minorVersion, prefixLayout } from '../../src/platform/layout.ts'
import { parseTarget } from '../../src/platform/target.ts'
import { askPython } from '../helpers/python.ts'

function layout(triple: string, version: string, variant: 'default' | 'freethreaded' = 'default') {
  return prefixLayout({ target: parseTarget(triple), version, variant })
}

describe('prefixLayout', () => {
  it.each([
    [
      'x86_64-unknown-linux-gnu',
      {
        executable: 'bin/python3.14',
        library: 'lib/libpython3.14.so.1.0',
        importLibrary: undefined,
        sabiImportLibrary: undefined,
        include: 'include/python3.14',
        stdlib: 'lib/python3.14',
        sitePackages: 'lib/python3.14/site-packages',
        scripts: 'bin',
        soabi: 'cpython-314-x86_64-linux-gnu',
        abiTag: 'cp314',
      },
    ],
    [
      'x86_64-pc-windows-msvc',
      {
        executable: 'python.exe',
        library: 'python314.dll',
        importLibrary: 'libs/python314.lib',
        sabiImportLibrary: 'libs/python3.lib',
        include: 'include',
        stdlib: 'Lib',
        sitePackages: 'Lib/site-packages',
        scripts: 'Scripts',
        soabi: 'cp314-win_amd64',
        abiTag: 'cp314',
      },
    ],
  ])('of %s', (triple, expected) => {
    expect(layout(triple, '3.14.6')).toEqual(expected)
  })

  it('of a free-threaded Linux Python', () => {
    expect(layout('aarch64-unknown-linux-musl', '3.14.6', 'freethreaded')).toMatchObject({
      executable: 'bin/python3.14t',
      library: 'lib/libpython3.14t.so.1.0',
      include: 'include/python3.14t',
      sitePackages: 'lib/python3.14t/site-packages',
      soabi: 'cpython-314t-aarch64-linux-musl',
      abiTag: 'cp314t',
    })
  })

  it.each([
    ['aarch64-apple-darwin', 'default', 'lib/libpython3.11.dylib', 'cpython-311-darwin'],
    ['x86_64-apple-darwin', 'freethreaded', 'lib/libpython3.11t.dylib', 'cpython-311t-darwin'],
    ['aarch64-pc-windows-msvc', 'default', 'python311.dll', 'cp311-win_arm64'],
    ['i686-pc-windows-msvc', 'default', 'python311.dll', 'cp311-win32'],
    ['x86_64-pc-windows-msvc', 'freethreaded', 'python311t.dll', 'cp311t-win_amd64'],
    [
      'x86_64_v3-unknown-linux-gnu',
      'default',
      'lib/libpython3.11.so.1.0',
      'cpython-311-x86_64-linux-gnu',
    ],
    ...[
      ['armv7-unknown-linux-gnueabihf', 'arm-linux-gnueabihf'],
      ['armv7-unknown-linux-gnueabi', 'arm-linux-gnueabi'],
      ['i686-unknown-linux-gnu', 'i386-linux-gnu'],
      ['ppc64le-unknown-linux-gnu', 'powerpc64le-linux-gnu'],
      ['riscv64-unknown-linux-gnu', 'riscv64-linux-gnu'],
      ['s390x-unknown-linux-gnu', 's390x-linux-gnu'],
      ['x86_64-unknown-linux-musl', 'x86_64-linux-musl'],
    ].map(
      ([triple = '', platform]) =>
        [triple, 'default', 'lib/libpython3.11.so.1.0', `cpython-311-${platform}`] as const,
    ),
  ] as const)('of %s (%s) has %s and %s', (triple, variant, library, soabi) => {
    expect(layout(triple, '3.11.11', variant)).toMatchObject({ library, soabi })
  })

  it('names the SOABI that the Python of this machine has', () => {
    const [version, soabi, multiarch] = askPython<[string, string, string]>(
      'import json, platform, sys, sysconfig; print(json.dumps([platform.python_version(), sysconfig.get_config_var("SOABI"), sys.implementation._multiarch]))',
    )

    const triple = `${multiarch.split('-')[0]}-unknown-linux-gnu`
    expect(layout(triple, version).soabi).toBe(soabi)
  })
})

describe('minorVersion', () => {
  it.each([
    ['3.14.6', '3.14'],
    ['3.15.0rc1', '3.15'],
    ['3.14', '3.14'],
  ])('of %s is %s', (version, minor) => {
    expect(minorVersion(version)).toBe(minor)
  })
})
