import { array, assert, property, record, string } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { formatRecord, parseRecord, recordLine } from '../../src/install/record.ts'
import { askPython } from '../helpers/python.ts'

const readCsv =
  'import csv, io, json, sys; print(json.dumps(list(csv.reader(io.StringIO(json.loads(sys.argv[1]), newline="")))))'

describe('parseRecord', () => {
  it.each([
    ['plain', 'a/b.py,sha256=abc,12\n'],
    ['empty fields', 'demo-1.0.dist-info/RECORD,,\n'],
    ['a comma in a name', '"a,b.py",sha256=abc,12\n'],
    ['a quote in a name', '"a ""b"".py",sha256=abc,12\n'],
    ['CRLF', 'a.py,sha256=abc,1\r\nb.py,sha256=def,2\r\n'],
    ['no newline at the end', 'a.py,sha256=abc,1'],
  ])('reads %s as Python’s csv does', (_, text) => {
    const rows = askPython<string[][]>(readCsv, text)

    expect(parseRecord(text).map(({ path, hash, size }) => [path, hash, size])).toEqual(rows)
  })

  it('reads what formatRecord writes', () => {
    const field = string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text))
    const line = record({
      path: field,
      hash: string({ maxLength: 0 }),
      size: string({ maxLength: 0 }),
    })
    assert(
      property(array(line), (lines) => {
        const paths = lines.map(({ path }) => path).sort()

        expect(parseRecord(formatRecord(lines)).map(({ path }) => path)).toEqual(paths)
      }),
    )
  })
})

describe('recordLine', () => {
  it('writes the hash as the specification asks: URL-safe base64 without padding', () => {
    // printf 'import sys\n' | openssl dgst -sha256 -binary | basenc --base64url
    const sha256 = '61f1e32c9d5bd5dd4c9b5a4c3d5ee1c24d6e9e7e2f2e9c1a7e5e0a1b2c3d4e5f'

    const { hash } = recordLine('os.py', { mode: '0644', sha256, size: 11 })

    expect(hash).toBe(
      askPython(
        'import base64, json, sys; print(json.dumps("sha256=" + base64.urlsafe_b64encode(bytes.fromhex(json.loads(sys.argv[1]))).rstrip(b"=").decode()))',
        sha256,
      ),
    )
  })
})
