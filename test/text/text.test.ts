import { execFileSync } from 'node:child_process'

import { describe, expect, it } from 'vitest'

import { formatColumns } from '../../src/text/columns.ts'
import { formatCount } from '../../src/text/count.ts'
import { normalizeName } from '../../src/text/package-name.ts'
import { quoteArgument } from '../../src/text/quote.ts'
import { formatSize } from '../../src/text/size.ts'
import { renderTemplate } from '../../src/text/template.ts'
import { askPython } from '../helpers/python.ts'

describe('renderTemplate', () => {
  it('fills every name, and leaves what is none', () => {
    const template = 'set(A "@A@") # @A@ @B_2@ a@b.example ${C} @ D @'

    expect(renderTemplate(template, { A: '$& $1', B_2: '@A@' })).toBe(
      'set(A "$& $1") # $& $1 @A@ a@b.example ${C} @ D @',
    )
  })

  it('takes an unknown name for a bug', () => {
    expect(() => renderTemplate('@NO@', {})).toThrow('unknown variable NO')
  })
})

describe('formatCount', () => {
  it('has a word for one and one for many', () => {
    expect([0, 1, 2].map((count) => formatCount(count, 'file'))).toEqual([
      '0 files',
      '1 file',
      '2 files',
    ])
    expect(formatCount(3, 'entry', 'entries')).toBe('3 entries')
  })
})

describe('formatColumns', () => {
  it('aligns columns, without white space at the end of a line', () => {
    const rows = [['3.14.6', '20260610', 'default'], ['3.9', '1', ''], ['x']]

    expect(formatColumns(rows)).toBe('3.14.6  20260610  default\n3.9     1\nx')
  })

  it('lets no name of a file steer a terminal', () => {
    expect(formatColumns([['a\u001b[2J\nb\u009b', 'c']])).toBe('a�[2J�b�  c')
  })

  it('is empty without rows', () => {
    expect(formatColumns([])).toBe('')
  })
})

describe('quoteArgument', () => {
  const texts = ['plain', '/a/b.c', '-x', '', 'two words', `it's`, '$(touch x) `x` "y"', '%PATH%']

  it('is read by a shell as it was', () => {
    const line = texts.map((text) => quoteArgument(text, false)).join(' ')
    const read = execFileSync('sh', ['-c', `for text in ${line}; do echo "$text"; done`])

    expect(read.toString()).toBe(`${texts.join('\n')}\n`)
    expect(quoteArgument('plain', false)).toBe('plain')
  })

  it('has the quotes of the other shell on Windows', () => {
    expect(quoteArgument(`it's two`, true)).toBe(`"it's two"`)
  })
})

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [17_249_999, '17.2 MB'],
    [31_159_997, '31.2 MB'],
    [2_500_000_000, '2.5 GB'],
    [7e15, '7000.0 TB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text)
  })
})

describe('normalizeName', () => {
  it('is canonicalize_name of packaging', () => {
    const names = ['NumPy', 'ruamel.yaml', 'a__b', 'A-._-b', 'zope.interface', 'x-', '_y', 'Z9']

    expect(names.map(normalizeName)).toEqual(
      askPython(
        'import json, sys; from pip._vendor.packaging.utils import canonicalize_name; print(json.dumps([canonicalize_name(name) for name in json.loads(sys.argv[1])]))',
        names,
      ),
    )
  })
})
