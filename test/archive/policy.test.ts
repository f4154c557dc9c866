import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join, resolve, sep, win32 } from 'node:path'

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type ArchiveEntry, createEntryPolicy } from '../../src/archive/policy.ts'
import { PyEmbedError } from '../../src/errors.ts'
import { createTreeWriter } from '../../src/fs/tree-writer.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree } from '../helpers/tree.ts'

/** `path` for a file, `path/` for a folder, `path -> text` for a link. */
function parseEntry(entry: string): ArchiveEntry {
  const [path = '', text] = entry.split(' -> ')
  const kind = text === undefined ? (entry.endsWith('/') ? 'folder' : 'file') : 'link'
  return { path, kind, mode: 0o644, text }
}

/** Offers entries to one policy, and returns where they go. */
function offer(...entries: readonly string[]): readonly (string | undefined)[] {
  const policy = createEntryPolicy({ name: 'odd.tar.gz' })
  return entries.map((entry) => policy.accept(parseEntry(entry)))
}

const accept = (entry: Partial<ArchiveEntry>, isWheel = false): string | undefined =>
  createEntryPolicy({ name: 'odd.tar.gz', isWheel }).accept({
    path: 'x',
    kind: 'file',
    mode: 0o644,
    ...entry,
  })

describe('a file', () => {
  it.each([
    ['bin/python3.14'],
    ['lib/python3.14/site-packages/numpy-2.3.5.dist-info/RECORD'],
    ['share/zoneinfo/Etc/GMT+0'],
    ['lib/.hidden/..data'],
    ['lib/naïve/Ωmega.py'],
    ['lib/con_/console.py'],
    ['lib/it’s [odd] & $HOME #1.py'],
    ['x'.repeat(255)],
    ['long/'.repeat(204) + 'x'],
  ])('is taken as %.60s', (path) => {
    expect(offer(path)).toEqual([path])
  })

  it.each([
    ['/etc/passwd', 'PYEMBED_ARCHIVE_PATH_ABSOLUTE', 'an absolute path'],
    ['//server/share', 'PYEMBED_ARCHIVE_PATH_ABSOLUTE', 'an absolute path'],
    ['C:/Windows/x', 'PYEMBED_ARCHIVE_PATH_DRIVE', 'a drive letter'],
    ['c:x', 'PYEMBED_ARCHIVE_PATH_DRIVE', 'a drive letter'],
    ['../evil', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', 'leaves the tree'],
    ['a/../../evil', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', 'leaves the tree'],
    ['a/..', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', 'leaves the tree'],
    ['../', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', 'leaves the tree'],
    ['a\\b', 'PYEMBED_ARCHIVE_PATH_BACKSLASH', 'a backslash'],
    ['..\\evil', 'PYEMBED_ARCHIVE_PATH_BACKSLASH', 'a backslash'],
    ['a\0b', 'PYEMBED_ARCHIVE_PATH_NUL', 'a NUL'],
    ['a//b', 'PYEMBED_ARCHIVE_PATH_INVALID', 'not canonical'],
    ['./a', 'PYEMBED_ARCHIVE_PATH_INVALID', 'not canonical'],
    ['a/./', 'PYEMBED_ARCHIVE_PATH_INVALID', 'not canonical'],
    ['', 'PYEMBED_ARCHIVE_PATH_INVALID', 'not canonical'],
    ['a\uFFFD', 'PYEMBED_ARCHIVE_PATH_INVALID', 'not UTF-8'],
    ['a\uD800', 'PYEMBED_ARCHIVE_PATH_INVALID', 'not UTF-8'],
    ['aux', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['lib/CON.py', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['lib/CON .py', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['lib/nul/x', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['COM1.txt', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['lpt³', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['CONOUT$', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['trailing.', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['trailing /x', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['lib/a:stream', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['what?', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['bell\u0007', 'PYEMBED_ARCHIVE_PATH_WINDOWS', 'Windows does not have'],
    ['x'.repeat(256), 'PYEMBED_ARCHIVE_PATH_TOO_LONG', 'too long'],
    ['Ω'.repeat(128), 'PYEMBED_ARCHIVE_PATH_TOO_LONG', 'too long'],
    ['long/'.repeat(205) + 'x', 'PYEMBED_ARCHIVE_PATH_TOO_LONG', 'too long'],
  ])('is refused as %.60j', async (path, code, reason) => {
    const error = await errorOf(() => offer(path))

    expect(error.code).toBe(code)
    expect(error.message).toContain(reason)
    expect(error.message).toContain('odd.tar.gz')
  })

  it.each([0o4755, 0o2755, 0o1777])('is refused with mode %o', async (mode) => {
    expect(await codeOf(() => accept({ mode }))).toBe('PYEMBED_ARCHIVE_SETUID')
  })

  it.each([
    ['hard link', 'PYEMBED_ARCHIVE_HARD_LINK'],
    ['device', 'PYEMBED_ARCHIVE_DEVICE'],
    ['sparse file', 'PYEMBED_ARCHIVE_SPARSE'],
    ['unknown', 'PYEMBED_ARCHIVE_TYPE_UNKNOWN'],
  ] as const)('that is a %s is refused', async (kind, code) => {
    expect(await codeOf(() => accept({ kind }))).toBe(code)
  })

  it('is one of as many as there may be', async () => {
    const policy = createEntryPolicy({ name: 'odd.tar.gz', strip: 'python', drop: ['x'] })
    const entry = { path: 'python/x/y', kind: 'file', mode: 0o644 } as const
    for (let count = 0; count < 200_000; count++) policy.accept(entry)

    expect(await codeOf(() => policy.accept(entry))).toBe('PYEMBED_ARCHIVE_TOO_LARGE')
  })
})

describe('names that fall together', () => {
  it.each([
    ['the same twice', ['a', 'a']],
    ['case', ['lib/Readme', 'lib/README']],
    ['case of a folder', ['Lib/a', 'lib/b']],
    ['case of a folder of its own', ['Lib/', 'lib/b']],
    ['Unicode forms', ['caf\u00e9', 'cafe\u0301']],
    ['Unicode forms of a folder', ['caf\u00e9/a', 'cafe\u0301/b']],
    ['letters that only one folding joins', ['K.txt', '\u212a.txt']],
    ['a character that HFS+ ignores', ['git', 'g\u200cit']],
    ['a file where a folder is', ['a/b', 'a']],
    ['a file where a folder is, in another case', ['a/b', 'A']],
    ['a folder where a file is', ['a', 'a/b']],
    ['an empty folder where a file is', ['a', 'a/']],
    ['a link and a file', ['a -> b', 'a']],
    ['a link where a folder is', ['lib/x', 'lib -> bin']],
  ])('refuses %s', async (_, entries) => {
    expect(await codeOf(() => offer(...entries))).toBe('PYEMBED_ARCHIVE_DUPLICATE')
  })

  it.each([
    ['a path through a link', ['lib -> bin', 'lib/x']],
    ['a path through a link, in another case', ['lib -> bin', 'LIB/x']],
    ['a link through a link', ['lib -> bin', 'lib/x -> y']],
    ['a folder that is a link', ['lib -> bin', 'lib/']],
  ])('refuses %s', async (_, entries) => {
    expect(await codeOf(() => offer(...entries))).toBe('PYEMBED_ARCHIVE_LINK_THROUGH')
  })

  it('takes many files of one folder', () => {
    expect(() => offer('a/', 'a/', 'a/b/1', 'a/b/2', 'a/b/', 'a/3', 'a/c -> b')).not.toThrow()
  })
})

describe('a link', () => {
  it.each([
    ['bin/python -> python3.14'],
    ['lib/pkgconfig/python3.pc -> python-3.14.pc'],
    ['a/b/c -> ../../bin/python'],
    ['top -> .'],
    ['a/b/c -> ../.././x'],
    ['a -> ..b/...'],
  ])('is taken as %s', (link) => {
    expect(() => offer(link)).not.toThrow()
  })

  it.each([
    ['bin/sh -> /bin/sh'],
    ['x -> ..'],
    ['x -> ../secret'],
    ['a/x -> ../../secret'],
    ['a/x -> b/../../../secret'],
    ['x -> C:\\Windows'],
    ['x -> C:/Windows'],
    ['x -> ..\\..\\secret'],
    ['x -> a\0b'],
  ])('is refused as %s', async (link) => {
    expect(await codeOf(() => offer(link))).toBe('PYEMBED_ARCHIVE_LINK_OUTSIDE')
  })

  it.each([
    ['../x -> y', 'PYEMBED_ARCHIVE_PATH_OUTSIDE'],
    ['x -> ', 'PYEMBED_ARCHIVE_PATH_INVALID'],
    ['x -> a\uFFFD', 'PYEMBED_ARCHIVE_PATH_INVALID'],
    [`x -> ${'y'.repeat(1025)}`, 'PYEMBED_ARCHIVE_PATH_TOO_LONG'],
  ])('is refused as %j', async (link, code) => {
    expect(await codeOf(() => offer(link))).toBe(code)
  })

  it.each(['a/b/up/../secret', 'a/b/up/./../secret', 'a/b/up//../secret'])(
    'is refused when it leaves the tree through another link by %s',
    async (text) => {
      const links = ['a/b/up -> ../..', `x -> ${text}`]

      expect(await codeOf(() => offer(...links))).toBe('PYEMBED_ARCHIVE_LINK_OUTSIDE')
    },
  )

  it('is refused in a wheel', async () => {
    const link = { kind: 'link', text: 'y' } as const

    expect(await codeOf(() => accept(link, true))).toBe('PYEMBED_ARCHIVE_LINK_IN_WHEEL')
  })
})

describe('the top folder', () => {
  const policy = createEntryPolicy({ name: 'a', strip: 'python', drop: ['share/terminfo'] })

  it('is taken away, and what is left out is not written', () => {
    expect(policy.accept(parseEntry('python/bin/x'))).toBe('bin/x')
    expect(policy.accept({ path: 'python/', kind: 'folder', mode: 0o755 })).toBe(undefined)
    expect(policy.accept(parseEntry('python/share/terminfo/m/mac'))).toBe(undefined)
    expect(policy.accept(parseEntry('python/share/terminfo/M/mac'))).toBe(undefined)
  })

  it.each(['pypy/bin/python', 'python-evil/x', 'python', 'x'])('must be above %s', async (path) => {
    expect(await codeOf(() => policy.accept(parseEntry(path)))).toBe('PYEMBED_ARCHIVE_PATH_OUTSIDE')
  })
})

/** Paths of few and nasty parts, so that they often fall on each other. */
const part = fc.constantFrom(
  'a',
  'A',
  'b',
  '..',
  '.',
  '',
  'caf\u00e9',
  'cafe\u0301',
  'nul',
  'C:',
  'x\\y',
)
const path = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  },
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const entry: fc.Arbitrary<ArchiveEntry> = fc.record({
  path,
  kind: fc.constantFrom('file', 'file', 'link', 'folder'),
  mode: fc.constant(0o644),
  text: path,
})

describe('whatever an archive holds', () => {
  it('is written below the root, each entry to a place of its own, or refused', () => {
    const root = join(temporaryDirectory('policy'), 'tree')
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        rmSync(root, { recursive: true, force: true })
        mkdirSync(root)
        const writer = createTreeWriter(root)
        const policy = createEntryPolicy({ name: 'a' })
        const written: string[] = []
        for (const one of entries) {
          let place: string | undefined
          try {
            place = policy.accept(one)
          } catch (error) {
            expect(error).toBeInstanceOf(PyEmbedError)
          }
          if (place === undefined) continue
          if (one.kind === 'link') writer.writeLink(place, one.text ?? '')
          else writer.writeFile(place, '0644', [Buffer.from('x')])
          written.push(place)

          const parent = realpathSync(join(root, place, '..'))
          expect(parent === root || parent.startsWith(root + sep)).toBe(true)
          expect(resolve(root, place)).toBe(join(root, place))
          expect(win32.resolve('Z:\\root', place)).toBe(win32.join('Z:\\root', place))
        }
        expect(listTree(join(root, '..'))).toHaveLength(written.length)
        expect(new Set(written.map((name) => name.normalize('NFC').toLowerCase())).size).toBe(
          written.length,
        )
      }),
      { numRuns: 200 },
    )
  })
})
