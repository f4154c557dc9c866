import { assert, nat, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  isDictionary,
  type PlistDictionary,
  type PlistValue,
  writePlist,
} from '../../src/text/plist.ts'
import { readPlist } from '../../src/text/plist-reader.ts'
import { codeOf } from '../helpers/errors.ts'
import { askPython, runPython } from '../helpers/python.ts'

const dictionary = (values: Readonly<Record<string, PlistValue>>): PlistDictionary =>
  new Map(Object.entries(values))

/** With a value of each kind, empty ones and data at several depths. */
const everything = dictionary({
  text: 'a < b & "c" > \'d\' ü 😀',
  ' spaces ': '  kept ',
  empty: '',
  number: -42,
  real: { real: 1000 },
  yes: true,
  no: false,
  date: { date: '2026-08-21T05:30:00Z' },
  data: Buffer.alloc(100, 'abc'),
  list: ['x', 1, dictionary({ data: Buffer.alloc(70, 1) }), []],
  dict: dictionary({}),
  deep: [[[[Buffer.alloc(60, 2)]]]],
})

/** A form in which Python’s answer and our values can be compared. */
const describeAll = `
import base64, datetime, json, plistlib, sys
def tell(value):
    if isinstance(value, bytes): return {"data": base64.b64encode(value).decode()}
    if isinstance(value, float): return {"real": value}
    if isinstance(value, datetime.datetime): return {"date": value.isoformat() + "Z"}
    if isinstance(value, dict): return {"dict": {key: tell(each) for key, each in value.items()}}
    if isinstance(value, list): return [tell(each) for each in value]
    return value
print(json.dumps(tell(plistlib.loads(json.loads(sys.argv[1]).encode()))))`

function tell(value: PlistValue): unknown {
  if (Buffer.isBuffer(value)) return { data: value.toString('base64') }
  if (isDictionary(value)) {
    return { dict: Object.fromEntries([...value].map(([key, each]) => [key, tell(each)])) }
  }
  return Array.isArray(value) ? value.map(tell) : value
}

describe('writePlist', () => {
  it('writes what Python reads', () => {
    expect(askPython(describeAll, writePlist(everything))).toEqual(tell(everything))
  })

  it('writes the bytes of plistlib, which follows CoreFoundation, but for reals', () => {
    const shared = new Map(everything)
    for (const key of ['real', 'date']) shared.delete(key)
    const again = `
import json, plistlib, sys
sys.stdout.reconfigure(encoding="utf-8")
sys.stdout.write(plistlib.dumps(plistlib.loads(json.loads(sys.argv[1]).encode())).decode())`

    const ours = writePlist(shared)

    // CoreFoundation leaves quotes alone.
    const theirs = runPython(again, ours).replaceAll('&quot;', '"').replaceAll('&#x27;', "'")
    expect(ours).toBe(theirs)
  })

  it('writes whole reals without a point', () => {
    expect(writePlist(new Map([['weight', { real: 10 }]]))).toContain('<real>10</real>')
  })
})

describe('readPlist', () => {
  it('reads what is written', () => {
    expect(writePlist(readPlist(writePlist(everything)))).toBe(writePlist(everything))
  })

  it('reads any text', () => {
    assert(
      property(string({ unit: 'grapheme' }), string(), (key, text) => {
        expect(readPlist(writePlist(new Map([[key, text]]))).get(key)).toBe(text)
      }),
    )
  })

  it('reads what people write: comments, entities, any white space', () => {
    const text = `<?xml version='1.0'?>
      <!-- mine --><plist><dict><key>a&amp;b</key><!-- x --><string>&#65;&#x42;&quot;&apos;</string>
      <key>n</key><integer> +7 </integer><key>r</key><real>-1.5e3</real><key>e</key><string/></dict></plist>`

    expect([...readPlist(text)]).toEqual([
      ['a&b', `AB"'`],
      ['n', 7],
      ['r', { real: -1500 }],
      ['e', ''],
    ])
  })

  it.each([
    ['nothing', ''],
    ['a binary one', 'bplist00'],
    ['no dictionary', '<string>a</string>'],
    ['an end too few', '<dict><key>a</key><true/>'],
    ['a value too few', '<dict><key>a</key></dict>'],
    ['the same key twice', '<dict><key>a</key><true/><key>a</key><false/></dict>'],
    ['an unknown element', '<dict><key>a</key><set/></dict>'],
    ['an unknown entity', '<dict><key>a</key><string>&x;</string></dict>'],
    ['a character that there is not', '<dict><key>a</key><string>&#x110000;</string></dict>'],
    ['a bad number', '<dict><key>a</key><integer>seven</integer></dict>'],
    ['depth without end', '<array>'.repeat(100_000)],
    ['something after its end', '<dict/></plist><plist>'],
  ])('refuses %s', async (_, body) => {
    const text = body.startsWith('<') ? `<?xml version="1.0"?><plist>${body}</plist>` : body

    expect(await codeOf(() => readPlist(text))).toBe('PYEMBED_PLIST_INVALID')
  })

  it('reads mutated ones, or refuses them', () => {
    const text = writePlist(everything)
    assert(
      property(nat(text.length), nat(40), string(), (at, length, put) => {
        try {
          readPlist(text.slice(0, at) + put + text.slice(at + length))
        } catch (error) {
          expect(error).toMatchObject({ code: 'PYEMBED_PLIST_INVALID' })
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('says in which line', () => {
    expect(() => readPlist('<?xml version="1.0"?>\n<plist>\n<dict>\n<kex>')).toThrow(/^line 4 /)
  })

  it('takes an entity that declares others for no property list', async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "b">]><plist><dict/></plist>`

    expect(await codeOf(() => readPlist(bomb))).toBe('PYEMBED_PLIST_INVALID')
  })
})
