import { describe, expect, it } from 'vitest'

import type { LoadCommand } from '../../src/binary/macho/commands.ts'
import { asMachoEdit, loaderEdits } from '../../src/framework/loader-paths.ts'

const place = { command: 0, at: 0, size: 0 }
const version = { timestamp: 0, currentVersion: 0, compatibilityVersion: 0 }

function dylib(role: 'id' | 'load' | 'weak' | 'reexport', name: string): LoadCommand {
  return { ...place, ...version, kind: 'dylib', role, name, nameOffset: 24 }
}

function rpath(path: string): LoadCommand {
  return { ...place, kind: 'rpath', path, pathOffset: 12 }
}

const prefix = {
  library: 'lib/libpython3.14.dylib',
  has: (path: string) => path === 'lib/libtcl9.0.dylib',
}

const edits = (path: string, ...commands: readonly LoadCommand[]): readonly string[] =>
  loaderEdits(path, { commands }, prefix).map(
    ({ kind, from, to }) => `${kind} ${from} -> ${to ?? 'gone'}`,
  )

describe('loaderEdits', () => {
  it.each(['/install/lib/libpython3.14.dylib', '@rpath/libpython3.14.dylib'])(
    'names the framework, which was %s',
    (name) => {
      expect(edits('Python', dylib('id', name))).toEqual([
        `id ${name} -> @rpath/Python.framework/Versions/A/Python`,
      ])
    },
  )

  it.each([
    '/install/lib/libpython3.14.dylib',
    '@rpath/libpython3.14.dylib',
    '@executable_path/../lib/libpython3.14.dylib',
    '@loader_path/../../libpython3.14.dylib',
    '/Library/Frameworks/Python.framework/Versions/3.14/Python',
    '@rpath/Python.framework/Versions/3.14/Python',
    '@rpath/Python.framework/Versions/A/Python',
  ])('leads who loads %s to the framework, from wherever it lies', (name) => {
    expect(edits('bin/python3.14', dylib('load', name))).toEqual([
      `load ${name} -> @loader_path/../Python`,
    ])
    expect(edits('lib/python3.14/site-packages/a/b.so', dylib('weak', name))).toEqual([
      `load ${name} -> @loader_path/../../../../Python`,
    ])
  })

  it('leaves other Pythons and what macOS has alone', () => {
    const others = [
      '/Library/Frameworks/Python.framework/Versions/3.13/Python',
      '@rpath/libpython3.13.dylib',
      '@rpath/libpython3.14t.dylib',
      '/usr/lib/libSystem.B.dylib',
      '/usr/lib/libpython3.14.dylib',
      '/System/Library/Frameworks/Tk.framework/Versions/8.5/Tk',
    ]

    expect(edits('bin/a', ...others.map((name) => dylib('load', name)))).toEqual([])
  })

  it('finds again what had a name of the machine that built Python', () => {
    expect(
      edits(
        'lib/python3.14/lib-dynload/_tkinter.so',
        dylib('load', '/install/lib/libtcl9.0.dylib'),
        dylib('load', '/install/lib/libgone.dylib'),
      ),
    ).toEqual(['load /install/lib/libtcl9.0.dylib -> @loader_path/../../libtcl9.0.dylib'])
  })

  it('takes names of build machines away', () => {
    expect(
      edits(
        'lib/a/.dylibs/libblas.dylib',
        dylib('id', '/DLC/numpy/.dylibs/libblas.dylib'),
        rpath('/opt/gfortran/lib'),
        rpath('lib'),
        rpath('@loader_path/..'),
        rpath('@executable_path/../lib'),
        rpath('/usr/lib/swift'),
        rpath('/usr/lib'),
      ),
    ).toEqual([
      'id /DLC/numpy/.dylibs/libblas.dylib -> @rpath/libblas.dylib',
      'rpath /opt/gfortran/lib -> gone',
      'rpath lib -> gone',
    ])
  })

  it('leaves names that lead nowhere else alone', () => {
    expect(edits('lib/a.dylib', dylib('id', 'a.dylib'))).toEqual([])
    expect(edits('lib/a.dylib', dylib('id', '@rpath/b.dylib'))).toEqual([])
  })
})

describe('asMachoEdit', () => {
  it('has what is to be changed', () => {
    const commands = [
      dylib('id', '/install/lib/libpython3.14.dylib'),
      dylib('reexport', '@rpath/libpython3.14.dylib'),
      rpath('/build'),
    ]

    expect(asMachoEdit(loaderEdits('Python', { commands }, prefix))).toEqual({
      id: '@rpath/Python.framework/Versions/A/Python',
      dylibs: new Map([['@rpath/libpython3.14.dylib', '@loader_path/Python']]),
      rpaths: { delete: ['/build'] },
    })
  })
})
