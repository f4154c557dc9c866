import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'

import { execa } from 'execa'
import { type Arbitrary, array, constantFrom, double, nat, sample, tuple } from 'fast-check'
import { expect, it } from 'vitest'

import { readCfg } from '../../src/venv/cfg.ts'
import { formatApp, formatRecord, parseApp, parseRecord } from '../../src/venv/record.ts'
import { relativeScript } from '../../src/venv/shebangs.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { buildVenvTool } from '../helpers/venv-tool.ts'

const read = <T>(name: string): readonly T[] =>
  JSON.parse(readFileSync(new URL(`../vectors/venv-${name}.json`, import.meta.url), 'utf8')) as T[]
const textsOf = (name: string): readonly string[] =>
  read<{ text: string }>(name).map(({ text }) => text)

const scripts = [
  '#!/stage/bin/python\nimport sys\n',
  "#!/bin/sh\n'''exec' \"/stage/bin/python\" \"$0\" \"$@\"\n' '''\nimport sys\n",
  '#!/bin/sh\necho /stage\n',
  'MZ launcher#!/stage/Scripts/python.exe\r\nPK\u0003\u0004zip',
]

/** What the one and the other implementation say of a text. */
const kinds = {
  record: {
    seeds: [...textsOf('records'), ...textsOf('damaged-records')],
    judge: (text: string): unknown => {
      const { verdict, record } = parseRecord(text)
      return { verdict, text: record === undefined ? '' : formatRecord(onlyKnown(record)) }
    },
  },
  app: {
    seeds: textsOf('apps'),
    judge: (text: string): unknown => {
      const app = parseApp(text)
      return app === undefined ? '' : formatApp(app)
    },
  },
  cfg: {
    seeds: textsOf('cfgs'),
    judge: (text: string): unknown => readCfg(text, 'home') ?? '(none)',
  },
  script: {
    seeds: scripts,
    judge: (text: string): unknown =>
      relativeScript(Buffer.from(text), '/stage')?.toString() ?? '(none)',
  },
} as const

const pieces = ['"', '\\', '{', '}', '[', ']', ',', ':', '\n', '\r', '\u0000', '\u001f', '\u00e9']
const words = ['\\u0041', '\\ud83d\\ude00', '-1', '1e3', '1.5', '9007199254740993', 'null', 'true']
const more = [
  '/stage',
  '#!',
  '=',
  ' ',
  '\t',
  'home',
  'HOME = /x',
  'cp3',
  'none',
  '2026',
  '\u{1f600}',
]

/** A text in which pieces were put, taken out or doubled. */
const mutated = (seeds: readonly string[]): Arbitrary<string> =>
  tuple(
    constantFrom(...seeds),
    array(
      tuple(
        double({ min: 0, max: 1, noNaN: true }),
        nat(12),
        constantFrom('', ...pieces, ...words, ...more),
      ),
      { maxLength: 4 },
    ),
  ).map(([seed, edits]) => {
    let text = seed
    for (const [where, length, piece] of edits) {
      const at = Math.floor(where * text.length)
      text = text.slice(0, at) + piece + text.slice(at + length)
    }
    // No half of a surrogate pair, which is no text.
    return Buffer.from(text).toString()
  })

describeWithTools(['cmake', 'ninja', 'g++'], 'what is read of environments', () => {
  it.each(Object.keys(kinds) as (keyof typeof kinds)[])(
    'is the same by both implementations, and no memory is misused: %s',
    async (kind) => {
      const { seeds, judge } = kinds[kind]
      const texts = sample(mutated(seeds), { numRuns: 3000 })
      const input = texts.map((text) => `${Buffer.byteLength(text)}\n${text}`).join('')
      const program = await buildVenvTool('addresses')
      const { stdout } = await execa(program, ['texts', kind], { input, maxBuffer: 1 << 28 })
      const said = JSON.parse(stdout) as unknown[]

      expect(said).toHaveLength(texts.length)
      const differ = texts.flatMap((text, index) => {
        const expected = judge(text)
        return isDeepStrictEqual(said[index], expected)
          ? []
          : [{ text, expected, said: said[index] }]
      })
      expect(differ.slice(0, 3)).toEqual([])
    },
  )

  it('is damaged when it is not UTF-8', async () => {
    const program = await buildVenvTool('addresses')
    const [seed = ''] = textsOf('records')
    const bytes = Buffer.from(seed)
    bytes[seed.indexOf('segmentation')] = 0xff
    const input = Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes])
    const { stdout } = await execa(program, ['texts', 'record'], { input })

    expect(JSON.parse(stdout)).toEqual([{ verdict: 'damaged', text: '' }])
  })
})

/** Without members that are passed over. */
function onlyKnown(record: Parameters<typeof formatRecord>[0]): typeof record {
  const { format, name, abi, inherit, base, created, steps, size } = record
  const { executable, prefix, version, pinId } = base
  return {
    format,
    name,
    abi,
    inherit,
    base: { executable, prefix, version, pinId },
    created,
    steps: steps.map((step) => ({
      requirements: step.requirements,
      requirementFiles: step.requirementFiles.map((file) => ({ name: file.name, text: file.text })),
      indexUrl: step.indexUrl,
      extraIndexUrls: step.extraIndexUrls,
      findLinks: step.findLinks,
      options: step.options,
      requireHashes: step.requireHashes,
    })),
    size: { bytes: size.bytes, stamp: size.stamp },
  }
}
