import { describe, expect, it } from 'vitest'

import { frameworkInfo, requireIdentifier } from '../../src/framework/info-plist.ts'
import { writePlist } from '../../src/text/plist.ts'
import { codeOf } from '../helpers/errors.ts'
import { askPython } from '../helpers/python.ts'

const info = {
  identifier: 'org.example.workbench.python',
  version: '3.14.6',
  minimumSystem: '11.0',
  pinId: 'cpython-3.14.6+20260610-aarch64-apple-darwin-0123456789abcdef',
}

describe('frameworkInfo', () => {
  it('is what macOS wants to know of a framework', () => {
    const program =
      'import json, plistlib, sys; print(json.dumps(plistlib.loads(json.loads(sys.argv[1]).encode())))'

    expect(askPython(program, writePlist(frameworkInfo(info)))).toEqual({
      CFBundleDevelopmentRegion: 'en',
      CFBundleExecutable: 'Python',
      CFBundleIdentifier: 'org.example.workbench.python',
      CFBundleInfoDictionaryVersion: '6.0',
      CFBundleName: 'Python',
      CFBundlePackageType: 'FMWK',
      CFBundleShortVersionString: '3.14.6',
      CFBundleSignature: '????',
      CFBundleSupportedPlatforms: ['MacOSX'],
      CFBundleVersion: '3.14.6',
      LSMinimumSystemVersion: '11.0',
      PyEmbedPin: info.pinId,
    })
  })

  it('has numbers alone for the version of a preview', () => {
    const preview = frameworkInfo({ ...info, version: '3.15.0rc1' })

    expect(preview.get('CFBundleShortVersionString')).toBe('3.15.0')
    expect(preview.get('CFBundleVersion')).toBe('3.15.0')
  })
})

describe('requireIdentifier', () => {
  it.each(['org.example.python', 'a.b', 'org.example-2.X'])('takes %s', (identifier) => {
    expect(() => requireIdentifier(identifier)).not.toThrow()
  })

  it.each([
    '',
    'python',
    'com.apple.python',
    'COM.Apple.python',
    'org.example.<x>',
    'org..x',
    'org.x.',
    'org.x y',
    'org.x\n',
  ])('refuses `%s`', async (identifier) => {
    expect(await codeOf(() => requireIdentifier(identifier))).toBe('PYEMBED_USAGE')
  })
})
