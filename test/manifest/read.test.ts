import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { parseManifest, readManifest } from '../../src/manifest/read.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

const path = '/project/pyembed.toml'
const small = '[app]\nname = "App"\n[python]\nversion = "3.14"\n'

/** Messages of the mistakes, without the path. */
async function mistakes(text: string): Promise<readonly string[]> {
  const { message } = await errorOf(() => parseManifest(text, path))
  return message.split('\n').map((line) => line.replace(`${path}:`, ''))
}

describe('parseManifest', () => {
  it('fills in the defaults', () => {
    expect(parseManifest(small, path)).toEqual({
      path,
      app: { name: 'App', id: undefined },
      python: {
        version: '3.14',
        build: undefined,
        variant: 'default',
        flavor: undefined,
        targets: undefined,
      },
      platform: { glibc: '2.28', macos: '11.0' },
      requires: [],
      trim: [],
    })
  })

  it('reads every key', () => {
    const text = `[app]
name = "Workbench Ω"
id = "org.example.workbench"
[python]
version = "3.14.6"
build = "20260610"
variant = "freethreaded"
flavor = "install_only"
targets = ["x86_64-unknown-linux-gnu"]
[python.platform]
glibc = "2.17"
macos = "12.0"
[python.packages]
requires = ["numpy>=2.3", "pandas[excel] >=2 ; sys_platform == 'win32'"]
[deploy]
trim = ["tests"]
`

    expect(parseManifest(text, path)).toEqual({
      path,
      app: { name: 'Workbench Ω', id: 'org.example.workbench' },
      python: {
        version: '3.14.6',
        build: '20260610',
        variant: 'freethreaded',
        flavor: 'install_only',
        targets: ['x86_64-unknown-linux-gnu'],
      },
      platform: { glibc: '2.17', macos: '12.0' },
      requires: ['numpy>=2.3', "pandas[excel] >=2 ; sys_platform == 'win32'"],
      trim: ['tests'],
    })
  })

  it.each([
    ['CRLF', small.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${small}`],
    ['inline tables', 'app = { name = "App" }\npython = { version = "3.14" }\n'],
    ['dotted keys', 'app.name = "App"\npython.version = "3.14"\n'],
  ])('reads %s', (_, text) => {
    expect(parseManifest(text, path)).toEqual(parseManifest(small, path))
  })

  it.each([
    ['PYEMBED_MANIFEST_SYNTAX', '[app\nname = "App"\n', /^1:\d+: /],
    ['PYEMBED_MANIFEST_SYNTAX', `${small}build = "2026\n`, /^5:\d+: /],
    ['PYEMBED_MANIFEST_SYNTAX', `${small}version = "3.13"\n`, /^5:\d+: /],
    [
      'PYEMBED_MANIFEST_UNKNOWN_KEY',
      `${small}\n  verison = 1\n`,
      /^6:3: unknown key `python.verison`$/,
    ],
    ['PYEMBED_MANIFEST_UNKNOWN_KEY', `${small}[pyhton]\n`, /^5:1: unknown key `pyhton`$/],
    [
      'PYEMBED_MANIFEST_WRONG_TYPE',
      small.replace('"3.14"', '3.14'),
      /^4:1: `python.version` should be a string, not a number$/,
    ],
    [
      'PYEMBED_MANIFEST_WRONG_TYPE',
      `${small}targets = "x"\n`,
      /^5:1: `python.targets` should be an array, not a string$/,
    ],
    [
      'PYEMBED_MANIFEST_WRONG_TYPE',
      `${small}flavor = {}\n`,
      /^5:1: `python.flavor` should be a string, not a table$/,
    ],
    [
      'PYEMBED_MANIFEST_WRONG_TYPE',
      `python = 3\n[app]\nname = "App"\n`,
      /^1:1: `python` should be an object, not a number$/,
    ],
    [
      'PYEMBED_MANIFEST_WRONG_VALUE',
      small.replace('3.14', '2.7'),
      /^4:1: `python.version` is `2.7`, should be/,
    ],
    [
      'PYEMBED_MANIFEST_WRONG_VALUE',
      `${small}variant = "fast"\n`,
      /`fast`, should be `default` or `freethreaded`$/,
    ],
    [
      'PYEMBED_MANIFEST_WRONG_VALUE',
      `${small}[deploy]\ntrim = ["test"]\n`,
      /^6:1: `deploy.trim.0` is `test`, should be `tests` or `idlelib`/,
    ],
    ['PYEMBED_MANIFEST_WRONG_VALUE', `${small}build = "2026-06-10"\n`, /^5:1: `python.build`/],
    ['PYEMBED_MANIFEST_WRONG_VALUE', `${small}targets = []\n`, /^5:1: .*at least one target/],
    ['PYEMBED_MANIFEST_WRONG_VALUE', `${small}targets = ["a", "a"]\n`, /^5:1: .*each target once/],
    ['PYEMBED_MANIFEST_WRONG_VALUE', small.replace('"App"', '" App"'), /^2:1: `app.name`/],
    ['PYEMBED_MANIFEST_WRONG_VALUE', small.replace('"App"', '"a/b"'), /^2:1: `app.name`/],
    [
      'PYEMBED_MANIFEST_WRONG_VALUE',
      `${small}[python.packages]\nrequires = ["numpy", "--index-url x"]\n`,
      /^6:1: .*--index-url x/,
    ],
    [
      'PYEMBED_MANIFEST_WRONG_VALUE',
      `${small}[python.packages]\nrequires = ["./evil.whl"]\n`,
      /^6:1: /,
    ],
    [
      'PYEMBED_MANIFEST_WRONG_VALUE',
      `${small}[python.packages]\nrequires = ["numpy\\n--index-url x"]\n`,
      /^6:1: /,
    ],
    [
      'PYEMBED_MANIFEST_MISSING_KEY',
      '[app]\nname = "App"\n[python]\n',
      /^3:1: key `python.version` is missing$/,
    ],
    ['PYEMBED_MANIFEST_MISSING_KEY', '[python]\nversion = "3.14"\n', /^1:1: key `app` is missing$/],
    [
      'PYEMBED_MANIFEST_WRONG_VALUE',
      'app = { name = "App" }\npython = { version = "2" }\n',
      /^2:1: `python.version`/,
    ],
    ['PYEMBED_MANIFEST_WRONG_VALUE', small.replace('3.14', '2').replaceAll('\n', '\r\n'), /^4:1: /],
  ])('throws %s for %j', async (code, text, pattern) => {
    const { code: found, message } = await errorOf(() => parseManifest(text, path))

    expect(found).toBe(code)
    expect(message.replace(`${path}:`, '')).toMatch(pattern)
  })

  it('tells all mistakes together, in the order of the file', async () => {
    const text = `[python]
variant = "fast"
version = 3
extra = 1
[app]
`

    expect(await mistakes(text)).toEqual([
      '2:1: `python.variant` is `fast`, should be `default` or `freethreaded`',
      '3:1: `python.version` should be a string, not a number',
      '4:1: unknown key `python.extra`',
      '5:1: key `app.name` is missing',
    ])
    expect(await codeOf(() => parseManifest(text, path))).toBe('PYEMBED_MANIFEST_INVALID')
  })

  it('keeps the code when all mistakes are of one kind', async () => {
    const text = '[app]\nname = 1\n[python]\nversion = 2\n'

    expect(await codeOf(() => parseManifest(text, path))).toBe('PYEMBED_MANIFEST_WRONG_TYPE')
  })
})

describe('readManifest', () => {
  it('reads a file', async () => {
    const directory = temporaryDirectory()
    writeFiles(directory, { 'pyembed.toml': small })

    const { app } = await readManifest(join(directory, 'pyembed.toml'))

    expect(app.name).toBe('App')
  })

  it('says that there is none', async () => {
    const missing = join(temporaryDirectory(), 'pyembed.toml')

    const { code, message } = await errorOf(() => readManifest(missing))

    expect(code).toBe('PYEMBED_MANIFEST_NOT_FOUND')
    expect(message).toContain(missing)
  })
})
