import type { Random } from './random.ts'

/** Texts that readers stumble over. */
export const oddTexts: readonly string[] = [
  '',
  '.',
  '..',
  '../../evil',
  '/evil',
  'C:/evil',
  'a\\..\\..\\evil',
  'aux.py',
  'nul',
  'x. ',
  'a\0b',
  '\n',
  '\u0007',
  'cafe\u0301',
  '\u212a',
  '\uFFFD',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '0',
  '1e999',
  '9007199254740993',
  'null',
  'true',
  '[]',
  '{}',
  '%2e%2e/',
  '$(touch evil)',
  '"',
  "'",
  '[',
  ']',
  '=',
  ',',
  '#',
  'x'.repeat(300),
  'a/'.repeat(600),
  '['.repeat(5000),
  '{"a":'.repeat(5000),
  'a.'.repeat(2000),
]

const oddNumbers = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff]

type Edit = (data: Buffer, random: Random, other: Buffer) => Buffer

const edits: readonly Edit[] = [
  (data, { below }) => {
    const at = below(data.length)
    data[at] = (data[at] ?? 0) ^ (1 << below(8))
    return data
  },
  (data, { below }) => {
    data[below(data.length)] = below(256)
    return data
  },
  (data, { below, pick }) => {
    const number = pick(oddNumbers)
    if (data.length >= 4) data.writeUInt32LE(number, below(data.length - 3))
    return data
  },
  (data, { below }) => data.subarray(0, below(data.length)),
  (data, { below }) => {
    const at = below(data.length)
    return Buffer.concat([data.subarray(0, at), data.subarray(at + 1 + below(64))])
  },
  (data, { below }) => {
    const [at, size] = [below(data.length), 1 + below(1024)]
    return Buffer.concat([data.subarray(0, at + size), data.subarray(at)])
  },
  (data, { below, pick }) => {
    const at = below(data.length)
    return Buffer.concat([data.subarray(0, at), Buffer.from(pick(oddTexts)), data.subarray(at)])
  },
  (data, { below }, other) =>
    Buffer.concat([data.subarray(0, below(data.length)), other.subarray(below(other.length))]),
  (data, { below }) => data.fill(0, below(data.length), below(data.length)),
]

/** Changes one to four things; `other` is what pieces are taken from. */
export function mutateBytes(input: Buffer, random: Random, other: Buffer): Buffer {
  let data = Buffer.from(input)
  for (let count = 1 + random.below(4); count > 0 && data.length > 0; count--) {
    data = Buffer.from(random.pick(edits)(data, random, other))
  }
  return data
}

/** The same for text, where most changes are to one of its words, numbers or strings. */
export function mutateText(input: string, random: Random, other: string): string {
  if (random.chance(0.25)) {
    return mutateBytes(Buffer.from(input), random, Buffer.from(other)).toString()
  }
  const tokens = splitTokens(input)
  const others = splitTokens(other)
  for (let count = 1 + random.below(3); count > 0; count--) {
    // Words stand at odd places, what is between them at even ones.
    const isWord = random.chance(0.9)
    const at = 2 * random.below(Math.floor(tokens.length / 2)) + (isWord ? 1 : 0)
    const odd = random.chance(0.3) ? random.pick(others) : random.pick(oddTexts)
    const isQuoted = tokens[at]?.startsWith('"') === true && random.chance(0.8)
    tokens[at] = isQuoted ? JSON.stringify(odd.replaceAll('"', '')) : odd
  }
  return tokens.join('')
}

function splitTokens(text: string): string[] {
  return text.split(/("(?:[^"\\\n]|\\.)*"|[\w.+-]+|\n)/)
}
