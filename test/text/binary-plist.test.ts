import { describe, expect, it } from 'vitest'

import { hasErrorCode } from '../../src/errors.ts'
import { readAnyPlist } from '../../src/text/binary-plist.ts'
import { readPlist } from '../../src/text/plist-reader.ts'
import { mutateBytes } from '../fuzz/mutate.ts'
import { createRandom } from '../fuzz/random.ts'
import { codeOf } from '../helpers/errors.ts'
import { askPython } from '../helpers/python.ts'

/** The same property list as Python writes it, in both forms. */
const program = `
import base64, datetime, json, plistlib
value = {
    "text": "Workbench", "long": "x" * 300, "other": "Büro 🐍", "yes": True, "no": False,
    "numbers": [0, 1, 255, 65536, -1, 2**40], "real": 1.5, "data": bytes(range(40)),
    "date": datetime.datetime(2026, 8, 21, 5, 30), "inner": {"a": [], "b": {}},
    **{f"key {index}": index for index in range(300)},
}
print(json.dumps([base64.b64encode(plistlib.dumps(value, fmt=fmt)).decode() for fmt in (plistlib.FMT_XML, plistlib.FMT_BINARY)]))`

const [xml = '', binary = ''] = askPython<readonly string[]>(program)
const bytes = Buffer.from(binary, 'base64')

describe('readAnyPlist', () => {
  it('reads the same in XML and in binary', () => {
    const text = Buffer.from(xml, 'base64')

    expect(readAnyPlist(bytes)).toEqual(readPlist(text.toString('utf8')))
    expect(readAnyPlist(text)).toEqual(readAnyPlist(bytes))
  })

  it('refuses what is damaged, and what has itself in it', async () => {
    expect(await codeOf(() => readAnyPlist(bytes.subarray(0, 60)))).toBe('PYEMBED_PLIST_INVALID')
    // A list of two objects, each of which is the list.
    const trailer = Buffer.alloc(32)
    trailer.set([1, 1], 6)
    trailer.writeBigUInt64BE(1n, 8)
    trailer.writeBigUInt64BE(11n, 24)
    const circle = Buffer.concat([Buffer.from('bplist00'), Buffer.from([0xa2, 0, 0, 8]), trailer])
    expect(await codeOf(() => readAnyPlist(circle))).toBe('PYEMBED_PLIST_INVALID')
  })

  it('of mutated ones makes an error or a property list', () => {
    for (let index = 0; index < 2000; index++) {
      const random = createRandom(5, index)
      try {
        readAnyPlist(
          Buffer.concat([bytes.subarray(0, 8), mutateBytes(bytes.subarray(8), random, bytes)]),
        )
      } catch (error) {
        expect(hasErrorCode(error, 'PYEMBED_PLIST_INVALID'), String(error)).toBe(true)
      }
    }
  })
})
