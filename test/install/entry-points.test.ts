import { describe, expect, it } from 'vitest'

import { parseEntryPoints } from '../../src/install/entry-points.ts'

describe('parseEntryPoints', () => {
  it('reads console and GUI scripts, and no other group', () => {
    const text = `[console_scripts]
# a comment
; another
pip = pip._internal.cli.main:main
f2py=numpy.f2py.f2py2e:main
with-extra = demo.cli:run [color]
nested = demo:Tool.run

[numpy_config]
not-a-command = demo:main
[gui_scripts]
window = demo.gui:main
`

    expect(parseEntryPoints(text)).toEqual([
      { name: 'pip', module: 'pip._internal.cli.main', attribute: 'main', isGui: false },
      { name: 'f2py', module: 'numpy.f2py.f2py2e', attribute: 'main', isGui: false },
      { name: 'with-extra', module: 'demo.cli', attribute: 'run', isGui: false },
      { name: 'nested', module: 'demo', attribute: 'Tool.run', isGui: false },
      { name: 'window', module: 'demo.gui', attribute: 'main', isGui: true },
    ])
  })

  it.each([[''], ['[console_scripts]\n'], ['[console_scripts]\nno equals sign\n']])(
    'finds none in %j',
    (text) => {
      expect(parseEntryPoints(text)).toEqual([])
    },
  )

  it('reads CRLF', () => {
    expect(parseEntryPoints('[console_scripts]\r\na = b:c\r\n')).toEqual([
      { name: 'a', module: 'b', attribute: 'c', isGui: false },
    ])
  })
})
