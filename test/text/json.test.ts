import { array, assert, dictionary, jsonValue, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { canonicalJson, compareText, formatJson } from '../../src/text/json.ts'
import { askPython } from '../helpers/python.ts'

describe('formatJson', () => {
  it('is what json.dumps writes with sorted keys', () => {
    const data = { b: [1, 'ä', null, true, 1.5, []], a: { z: {}, y: 'quote " \\ \n' }, A: '' }

    expect(formatJson(data)).toBe(
      `${askPython<string>('import json, sys; print(json.dumps(json.dumps(json.loads(sys.argv[1]), sort_keys=True, indent=2, ensure_ascii=False)))', data)}\n`,
    )
  })

  it('gives equal data equal bytes, whatever the order of keys', () => {
    assert(
      property(dictionary(string(), jsonValue()), (data) => {
        const reversed = Object.fromEntries(Object.entries(data).toReversed())

        expect(formatJson(reversed)).toBe(formatJson(data))
        expect(canonicalJson(reversed)).toBe(canonicalJson(data))
      }),
    )
  })

  it('loses nothing', () => {
    assert(
      property(jsonValue(), (data) => {
        const once = JSON.stringify(JSON.parse(formatJson(data)))

        expect(formatJson(JSON.parse(once))).toBe(formatJson(data))
        expect(JSON.parse(once)).toEqual(JSON.parse(JSON.stringify(data)))
      }),
    )
  })
})

describe('compareText', () => {
  it('orders as sort does without a comparison', () => {
    assert(
      property(array(string()), (texts) => {
        expect(texts.toSorted(compareText)).toEqual(texts.toSorted())
      }),
    )
  })
})
