import { compareText } from './json.ts'

/** A property list. Integers are numbers; reals, which look alike in JavaScript, say so. */
export type PlistValue =
  | string
  | number
  | boolean
  | Buffer
  | PlistReal
  | PlistDate
  | readonly PlistValue[]
  | PlistDictionary

/** A map, for keys are paths, and a path may be `__proto__`. */
export type PlistDictionary = ReadonlyMap<string, PlistValue>

export interface PlistReal {
  readonly real: number
}

/** As it is written, `2026-08-21T05:30:00Z`. */
export interface PlistDate {
  readonly date: string
}

export function isDictionary(value: PlistValue | undefined): value is PlistDictionary {
  return value instanceof Map
}

/**
 * An XML property list in the bytes that CoreFoundation writes (CF-1153.18, CFPropertyList.c: `_CFAppendXML0`):
 * seals are over those bytes, and Apple's tools compare them.
 */
export function writePlist(value: PlistValue): string {
  return `${head}${lines(value, '').join('\n')}\n</plist>\n`
}

const head = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
`

function lines(value: PlistValue, indent: string): readonly string[] {
  if (typeof value === 'string') return [`${indent}<string>${escapeText(value)}</string>`]
  if (typeof value === 'number') return [`${indent}<integer>${value}</integer>`]
  if (typeof value === 'boolean') return [`${indent}<${value}/>`]
  if (Buffer.isBuffer(value))
    return [`${indent}<data>`, ...dataLines(value, indent), `${indent}</data>`]
  if (isDictionary(value)) return dictionaryLines(value, indent)
  if ('real' in value) return [`${indent}<real>${value.real}</real>`]
  if ('date' in value) return [`${indent}<date>${value.date}</date>`]
  if (value.length === 0) return [`${indent}<array/>`]
  const inner = value.flatMap((each) => lines(each, `${indent}\t`))
  return [`${indent}<array>`, ...inner, `${indent}</array>`]
}

function dictionaryLines(dictionary: PlistDictionary, indent: string): readonly string[] {
  if (dictionary.size === 0) return [`${indent}<dict/>`]
  const inner = [...dictionary]
    // CFStringCompare without options: by UTF-16 code unit.
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([key, value]) => [
      `${indent}\t<key>${escapeText(key)}</key>`,
      ...lines(value, `${indent}\t`),
    ])
  return [`${indent}<dict>`, ...inner, `${indent}</dict>`]
}

/** Base64 in lines of 76 columns, of which each tab takes eight, and no more than eight tabs count. */
function dataLines(data: Buffer, indent: string): readonly string[] {
  const tabs = indent.slice(0, 8)
  const text = data.toString('base64')
  return (text.match(new RegExp(`.{1,${76 - 8 * tabs.length}}`, 'g')) ?? []).map(
    (line) => `${tabs}${line}`,
  )
}

/** Quotes stay as they are. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
