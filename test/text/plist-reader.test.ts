import { describe, expect, it } from 'vitest'

import { readPlist } from '../../src/text/plist-reader.ts'
import type { PlistValue } from '../../src/text/plist.ts'
import { errorOf } from '../helpers/errors.ts'
import { askPython } from '../helpers/python.ts'

const document = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- all there is -->
<plist version="1.0">
<dict>
  <key>a &amp; b</key><string>&lt;é&#233;&#x1F600;&gt;</string>
  <key>list</key><array><true/><false/><integer>-7</integer><array/><dict/><string/></array>
  <key>data</key>
  <data>
  AAEC/w==
  </data>
  <key>when</key><date>2026-08-21T05:30:00Z</date>
  <key>real</key><real>-1.5e3</real>
  <key>__proto__</key><dict><key>k</key><string> two words </string></dict>
</dict>
</plist>
`

/** What Python's plistlib reads, as JSON. */
const plistlib = `
import base64, datetime, json, plistlib, sys
def plain(value):
    if isinstance(value, dict): return [[key, plain(each)] for key, each in value.items()]
    if isinstance(value, list): return [plain(each) for each in value]
    if isinstance(value, bytes): return base64.b64encode(value).decode()
    if isinstance(value, float): return {"real": value}
    if isinstance(value, datetime.datetime): return {"date": value.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return value
print(json.dumps(plain(plistlib.loads(json.loads(sys.argv[1]).encode()))))
`

function plain(value: PlistValue): unknown {
  if (value instanceof Map) return [...value].map(([key, each]) => [key, plain(each as PlistValue)])
  if (Buffer.isBuffer(value)) return value.toString('base64')
  return Array.isArray(value) ? value.map((each: PlistValue) => plain(each)) : value
}

describe('readPlist', () => {
  it('reads what plistlib reads', () => {
    expect(plain(readPlist(document))).toEqual(askPython(plistlib, document))
  })

  it.each([
    ['no element', '', 'line 1'],
    ['a list', '<plist><array/></plist>', 'a dictionary'],
    [
      'a key twice',
      '<plist><dict>\n<key>k</key><true/>\n<key>k</key><true/></dict></plist>',
      'line 3',
    ],
    [
      'an entity of its own',
      '<plist><dict><key>k</key><string>&xxe;</string></dict></plist>',
      '&xxe',
    ],
    ['an end in the middle', '<plist><dict><key>k</key><string>x', 'line 1'],
    ['what follows', '<plist><dict/></plist>x', 'line 1'],
    ['no data', '<plist><dict><key>k</key><data>!</data></dict></plist>', 'data'],
    ['depth', `<plist><dict><key>k</key>${'<array>'.repeat(9999)}`, 'deep'],
    ['a subset of its own', '<!DOCTYPE plist [<!ENTITY x "y">]><plist><dict/></plist>', 'line 1'],
  ])('refuses %s', async (_, text, where) => {
    const { code, message } = await errorOf(() => readPlist(text))

    expect(code).toBe('PYEMBED_PLIST_INVALID')
    expect(message).toContain(where)
  })
})
