import { describe, expect, it } from 'vitest'

import { fetchWheels } from '../../src/packages/download.ts'
import { markerEnvironment } from '../../src/packages/markers.ts'
import { differingVersions } from '../../src/packages/resolve.ts'
import { ensureToolPython } from '../../src/packages/tool-python.ts'
import { hostTarget, parseTarget } from '../../src/platform/target.ts'
import { testContext } from '../helpers/context.ts'
import { errorOf } from '../helpers/errors.ts'
import { makeLock } from '../helpers/lock.ts'
import { askPython } from '../helpers/python.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

describe('markerEnvironment', () => {
  it('is what packaging says on this host, but for release and version of the system', () => {
    const expected = askPython<Record<string, string>>(
      'import json; from pip._vendor.packaging.markers import default_environment; print(json.dumps(default_environment()))',
    )

    const found = markerEnvironment({
      target: parseTarget(hostTarget()),
      version: expected['python_full_version'] ?? '',
      variant: 'default',
    })

    expect(found).toEqual({ ...expected, platform_release: '', platform_version: '' })
  })

  /** platform.machine() and sys.platform of these systems (CPython’s documentation of both). */
  it.each([
    ['aarch64-apple-darwin', 'posix', 'darwin', 'Darwin', 'arm64'],
    ['x86_64-apple-darwin', 'posix', 'darwin', 'Darwin', 'x86_64'],
    ['x86_64-pc-windows-msvc', 'nt', 'win32', 'Windows', 'AMD64'],
    ['aarch64-pc-windows-msvc', 'nt', 'win32', 'Windows', 'ARM64'],
    ['i686-pc-windows-msvc', 'nt', 'win32', 'Windows', 'x86'],
    ['x86_64_v3-unknown-linux-musl', 'posix', 'linux', 'Linux', 'x86_64'],
    ['armv7-unknown-linux-gnueabihf', 'posix', 'linux', 'Linux', 'armv7l'],
    ['ppc64le-unknown-linux-gnu', 'posix', 'linux', 'Linux', 'ppc64le'],
  ])('of %s', (triple, os, platform, system, machine) => {
    const target = parseTarget(triple)

    expect(markerEnvironment({ target, version: '3.15.0rc1', variant: 'default' })).toMatchObject({
      os_name: os,
      sys_platform: platform,
      platform_system: system,
      platform_machine: machine,
      python_version: '3.15',
      python_full_version: '3.15.0rc1',
    })
  })
})

describe('differingVersions', () => {
  it('names packages that came out in several versions, however they are spelled', () => {
    const [template] = makeLock().targets['x86_64-unknown-linux-gnu']?.packages ?? []
    if (template === undefined) throw new Error('the lock is empty')
    const resolution = new Map([
      ['linux', [template, { ...template, name: 'Zope.Interface', version: '7.0' }]],
      ['windows', [template, { ...template, name: 'zope_interface', version: '7.1' }]],
      ['macos', [{ ...template, name: 'zope-interface', version: '7.1' }]],
    ])

    expect(differingVersions(resolution)).toEqual(
      new Map([
        [
          'zope-interface',
          new Map([
            ['7.0', ['linux']],
            ['7.1', ['windows', 'macos']],
          ]),
        ],
      ]),
    )
  })
})

describe('ensureToolPython', () => {
  it('says that the build has no Python for this machine', async () => {
    const context = testContext(temporaryDirectory())

    const { code, message } = await errorOf(() => ensureToolPython(context, makeLock({ tool: {} })))

    expect(code).toBe('PYEMBED_HOST_UNSUPPORTED')
    expect(message).toContain(hostTarget())
  })
})

describe('fetchWheels', () => {
  it('starts nothing when all wheels are cached', async () => {
    const context = testContext(temporaryDirectory(), { isOffline: true })
    writeFiles(context.env.cacheDir, { [`downloads/${'b'.repeat(64)}`]: 'wheel' })

    await fetchWheels(context, makeLock(), 'x86_64-unknown-linux-gnu')

    expect(context.events).toEqual([])
  })
})
