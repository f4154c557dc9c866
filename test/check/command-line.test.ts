import { execFileSync } from 'node:child_process'

import { expect, it } from 'vitest'

import { includesOf, splitCommand } from '../../src/check/command-line.ts'

it.each([
  String.raw`cc -I/a -isystem "/with space/é" -DX=\"y\" -o a.o`,
  String.raw`-Wl,-rpath,"\$ORIGIN/../lib" 'single $quoted "text"' a\ b`,
  '  two  spaces\ttab ""  ',
])('splits %s as a shell does', (text) => {
  const words = execFileSync('sh', ['-c', `printf '%s\\0' ${text}`], { encoding: 'utf8' })
  expect(splitCommand(text)).toEqual(words.split('\0').slice(0, -1))
})

it('leaves the backslashes of Windows', () => {
  expect(splitCommand(String.raw`cl /IC:\py\include "-IC:\Program Files\x"`)).toEqual([
    'cl',
    String.raw`/IC:\py\include`,
    String.raw`-IC:\Program Files\x`,
  ])
})

it('finds the include directories of each compiler', () => {
  const flags = [
    '-I/a',
    '-isystem',
    '/b',
    '-iquote/c',
    '/I',
    '/d',
    '-imsvc/e',
    '/external:I/f',
    '-O2',
    '-include',
    'x.h',
  ]

  expect(includesOf(flags)).toEqual(['/a', '/b', '/c', '/d', '/e', '/f'])
})

it('finds what long flags name, and the directory of a header of Python that is read first', () => {
  const flags = [
    '--include-directory=/a',
    '--include-directory',
    '/b',
    '--include-directory-after=/c',
    '-include',
    '/d/Python.h',
    '--include=/e/Python.h',
    '-imacros/f/numpy/arrayobject.h',
    '/FI/g/Python.h',
    '-include',
    'CMakeFiles/app.dir/cmake_pch.h',
  ]

  expect(includesOf(flags)).toEqual(['/a', '/b', '/c', '/d', '/e', '/f', '/g'])
})
