import { describe, expect, it } from 'vitest'

import {
  executableFlags,
  readEntitlements,
  renderEntitlements,
} from '../../../../src/binary/macho/signature/entitlements.ts'
import { dumpDer } from '../../../helpers/entitlements.ts'
import { errorOf } from '../../../helpers/errors.ts'
import { describeWithTools } from '../../../helpers/tools.ts'

function plist(entries: string): Buffer {
  return Buffer.from(`<?xml version="1.0"?><plist version="1.0"><dict>${entries}</dict></plist>`)
}

/** What openssl reads of the DER in a blob. */
function dump(xml: Buffer): readonly string[] {
  return dumpDer(renderEntitlements(xml)[1]?.[1].subarray(8) ?? Buffer.alloc(0))
}

describeWithTools(['openssl'], 'renderEntitlements', () => {
  it('writes values in the order of their keys, as openssl reads them', () => {
    const xml = plist(
      '<key>z</key><array><string>é</string><string/></array><key>b</key><dict><key>k</key><false/></dict><key>a</key><true/><key>B</key><integer>-129</integer>',
    )

    expect(dump(xml)).toEqual([
      '0 appl [ 16 ]',
      '1 INTEGER 01',
      '1 cont [ 16 ]',
      '2 SEQUENCE',
      '3 UTF8STRING B',
      '3 INTEGER -81',
      '2 SEQUENCE',
      '3 UTF8STRING a',
      '3 BOOLEAN 255',
      '2 SEQUENCE',
      '3 UTF8STRING b',
      '3 cont [ 16 ]',
      '4 SEQUENCE',
      '5 UTF8STRING k',
      '5 BOOLEAN 0',
      '2 SEQUENCE',
      '3 UTF8STRING z',
      '3 SEQUENCE',
      '4 UTF8STRING é',
      '4 UTF8STRING ',
    ])
  })

  it.each([
    [0, '00'],
    [1, '01'],
    [127, '7F'],
    [128, '80'],
    [-128, '-80'],
    [65_536, '010000'],
    [-32_769, '-8001'],
    [Number.MAX_SAFE_INTEGER, '1FFFFFFFFFFFFF'],
  ])('writes the integer %i', (value, expected) => {
    const lines = dump(plist(`<key>k</key><integer>${value}</integer>`))

    expect(lines.at(-1)).toBe(`4 INTEGER ${expected}`.replace('4', '3'))
  })

  it.each([127, 128, 255, 256, 70_000])('writes a text of %i bytes', (size) => {
    const lines = dump(plist(`<key>k</key><string>${'x'.repeat(size)}</string>`))

    expect(lines.at(-1)).toBe(`3 UTF8STRING ${'x'.repeat(size)}`)
  })
})

describe('readEntitlements', () => {
  it.each([
    ['what is no property list', Buffer.from('{}')],
    ['real numbers', plist('<key>k</key><real>1.5</real>')],
    ['data', plist('<key>k</key><data>AA==</data>')],
    ['dates', plist('<key>k</key><date>2026-08-21T05:30:00Z</date>')],
    ['large numbers', plist('<key>k</key><integer>99999999999999999999</integer>')],
  ])('refuses %s', async (_, xml) => {
    const { code } = await errorOf(() => renderEntitlements(xml))

    expect(code).toBe('PYEMBED_PLIST_INVALID')
  })
})

describe('executableFlags', () => {
  it.each([
    ['', 0x1],
    ['<key>get-task-allow</key><true/>', 0x11],
    ['<key>get-task-allow</key><false/>', 0x1],
    ['<key>dynamic-codesigning</key><true/><key>run-unsigned-code</key><true/>', 0x51],
  ])('of %s', (entries, flags) => {
    expect(executableFlags(readEntitlements(plist(entries)))).toBe(flags)
  })
})
