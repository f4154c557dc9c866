import { describe, expect, it } from 'vitest'

import { relocatePkgConfig, relocatePythonConfig } from '../../src/install/relocate.ts'

describe('relocatePkgConfig', () => {
  it.each([
    ['prefix=/install\n', 'prefix=${pcfiledir}/../..\n'],
    ['libdir=/install/lib\n', 'libdir=${pcfiledir}/../../lib\n'],
    [
      'Cflags: -I/opt -L x\nprefix=${pcfiledir}/../..\n',
      'Cflags: -I/opt -L x\nprefix=${pcfiledir}/../..\n',
    ],
    ['url=https://example.org/install/x\n', 'url=https://example.org/install/x\n'],
    ['dir=/installed\n', 'dir=/installed\n'],
  ])('turns %j into %j', (text, expected) => {
    expect(relocatePkgConfig(text)).toBe(expected)
  })
})

describe('relocatePythonConfig', () => {
  it('leaves a script that it does not know alone', () => {
    expect(relocatePythonConfig('#!/bin/sh\necho 3.14\n')).toBe('#!/bin/sh\necho 3.14\n')
  })

  it('quotes what the Python script of macOS prints for a compiler', () => {
    const text = `#!/bin/sh
'''exec' "$(dirname -- "$(realpath -- "$0")")/python3.14" "$0" "$@"
' '''
import sysconfig
flags = ['-I' + sysconfig.get_path('include'), '-I' + sysconfig.get_path('platinclude')]
libs.insert(0, '-L' + getvar('LIBPL'))
`

    expect(relocatePythonConfig(text)).toContain(`import sysconfig
from shlex import quote
flags = ['-I' + quote(sysconfig.get_path('include')), '-I' + quote(sysconfig.get_path('platinclude'))]
libs.insert(0, '-L' + quote(getvar('LIBPL')))
`)
  })
})
