import { expect, it } from 'vitest'

import { linkItems } from '../../src/check/link-line.ts'

function texts(line: string): readonly string[] {
  return linkItems(line.split(' ')).map(({ text }) => text)
}

it.each([
  [
    '-O2 -Wl,-rpath,/r:/s -Wl,--push-state,/x/liba.so,--pop-state libb.a -lc',
    '/x/liba.so libb.a -lc',
  ],
  ['-Xlinker -rpath -Xlinker /r -L /l -lpython3.11', '-lpython3.11'],
  ['-L /l -l python3.12 -Wl,--library,m', '-lpython3.12 -lm'],
  ['-Wl,--library=python3.12 -Wl,--library-path=/l,--library-path,/m', '-lpython3.12'],
  ['-Wl,-soname,libpython3.11.so -o libpython3.11.so /x.o', '/x.o'],
  ['/machine:x64 /INCREMENTAL:NO /LIBPATH:C:/py/libs python311.lib /DEBUG', 'python311.lib'],
  ['-framework Python -weak_framework Cocoa', 'Python.framework/Python Cocoa.framework/Cocoa'],
])('finds the libraries of %s', (line, libraries) => {
  expect(texts(line).join(' ')).toBe(libraries)
})

it('knows where a library is looked for, wherever the line says so', () => {
  const [item] = linkItems(['-lpython3.11', '-L/late', '-L', '/later'])

  expect(item).toMatchObject({ searched: ['/late', '/later'], index: 0 })
  const [long] = linkItems(['-Wl,--library=python3.11,--library-path=/a,--library-path,/b'])
  expect(long?.searched).toEqual(['/a', '/b'])
  expect(item?.names).toContain('libpython3.11.so')
  expect(linkItems(['-l:libpython3.11.a'])[0]?.names).toEqual(['libpython3.11.a'])
})
