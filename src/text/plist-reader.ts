import { PyEmbedError } from '../errors.ts'
import { isDictionary, type PlistDictionary, type PlistValue } from './plist.ts'

/** Deeper ones are an attack on who reads them (CoreFoundation stops at 512). */
const deepest = 64

/** Reads an XML property list whose top is a dictionary, as bundles have them. @throws PYEMBED_PLIST_INVALID */
export function readPlist(text: string): PlistDictionary {
  const reader = createReader(text)
  reader.expect(/<\?xml[^>?]*\?>/y, true)
  reader.expect(/<!DOCTYPE plist [^>[]*>/y, true)
  reader.expect(/<plist(?:\s[^>]*)?>/y)
  const value = readValue(reader, 0)
  reader.expect(/<\/plist>/y)
  reader.expect(/$/y)
  return isDictionary(value) ? value : reader.fail('a dictionary')
}

interface Reader {
  /** Sticky patterns. Passes over white space, comments and what the pattern matches. @returns its group, or all of it */
  readonly expect: (pattern: RegExp, isOptional?: boolean) => string | undefined
  /** The same without white space. */
  readonly take: (pattern: RegExp) => string
  readonly fail: (wanted: string) => never
}

function createReader(text: string): Reader {
  let at = 0
  const fail = (wanted: string): never => {
    const line = text.slice(0, at).split('\n').length
    throw new PyEmbedError('PYEMBED_PLIST_INVALID', `line ${line} of it is not ${wanted}`)
  }
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  return {
    fail,
    take: (pattern) => match(pattern)?.[1] ?? fail(`\`${pattern.source}\``),
    expect: (pattern, isOptional = false) => {
      match(/\s*(?:<!--[^]*?-->\s*)*/y)
      const found = match(pattern)
      if (found === null) return isOptional ? undefined : fail(`\`${pattern.source}\``)
      return found[1] ?? found[0]
    },
  }
}

function readValue(reader: Reader, depth: number): PlistValue {
  if (depth > deepest) reader.fail('so deep')
  const tag = reader.expect(/<([a-z]+)\/>/y, true)
  if (tag !== undefined) return emptyValue(reader, tag)
  const element = reader.expect(/<([a-z]+)>/y)
  switch (element) {
    case 'dict':
      return readDictionary(reader, depth)
    case 'array': {
      const values: PlistValue[] = []
      while (reader.expect(/<\/array>/y, true) === undefined) {
        values.push(readValue(reader, depth + 1))
      }
      return values
    }
    case 'string':
      return readText(reader, /([^<]*)<\/string>/y)
    case 'integer':
      return Number(reader.take(/\s*([+-]?\d+)\s*<\/integer>/y))
    case 'real':
      return { real: Number(reader.take(/\s*([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*<\/real>/y)) }
    case 'date':
      return { date: reader.take(/\s*([\dTZ:-]+)\s*<\/date>/y) }
    case 'data':
      return Buffer.from(reader.take(/([A-Za-z0-9+/=\s]*)<\/data>/y), 'base64')
    default:
      return reader.fail('an element of a property list')
  }
}

function emptyValue(reader: Reader, tag: string): PlistValue {
  switch (tag) {
    case 'true':
    case 'false':
      return tag === 'true'
    case 'dict':
      return new Map()
    case 'array':
      return []
    case 'string':
      return ''
    case 'data':
      return Buffer.alloc(0)
    default:
      return reader.fail('a value')
  }
}

function readDictionary(reader: Reader, depth: number): PlistDictionary {
  const dictionary = new Map<string, PlistValue>()
  while (reader.expect(/<\/dict>/y, true) === undefined) {
    reader.expect(/<key>/y)
    const key = readText(reader, /([^<]*)<\/key>/y)
    // CoreFoundation takes the last, other readers the first: whoever writes two deceives one of them.
    if (dictionary.has(key)) reader.fail(`the only \`${key}\``)
    dictionary.set(key, readValue(reader, depth + 1))
  }
  return dictionary
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

function readText(reader: Reader, pattern: RegExp): string {
  const text = reader.take(pattern)
  return text.replaceAll(/&([^;]*);?/g, (_, name: string) => {
    const number = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name)
    const code = number === null ? NaN : parseInt(number[1] ?? number[2] ?? '', number[1] ? 16 : 10)
    if (code <= 0x10ffff) return String.fromCodePoint(code)
    return entities[name] ?? reader.fail(`without \`&${name}\``)
  })
}
