import { describe, expect, it } from 'vitest'

import { createEntryPolicy } from '../../src/archive/policy.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'

/** Offers entries to one policy: `path`, or `path -> text` for a link. */
function offer(...entries: readonly string[]): void {
  const policy = createEntryPolicy('odd.tar.gz')
  for (const entry of entries) {
    const [path = '', text] = entry.split(' -> ')
    if (text === undefined) policy.acceptFile(path)
    else policy.acceptLink(path, text)
  }
}

describe('acceptFile', () => {
  it.each([
    ['bin/python3.14'],
    ['lib/python3.14/site-packages/numpy-2.3.5.dist-info/RECORD'],
    ['share/zoneinfo/Etc/GMT+0'],
    ['lib/.hidden/..data'],
    ['lib/naïve/Ωmega.py'],
    ['lib/con_/console.py'],
    ['lib/it’s [odd] & $HOME #1.py'],
  ])('takes %s', (path) => {
    expect(createEntryPolicy('a').acceptFile(path)).toBe(path)
  })

  it.each([
    ['/etc/passwd', 'an absolute path'],
    ['C:/Windows/x', 'an absolute path'],
    ['c:x', 'an absolute path'],
    ['../evil', 'leaves the tree'],
    ['a/../../evil', 'leaves the tree'],
    ['a/..', 'leaves the tree'],
    ['a\\b', 'a backslash'],
    ['..\\evil', 'a backslash'],
    ['a\0b', 'a NUL'],
    ['a//b', 'not canonical'],
    ['./a', 'not canonical'],
    ['a/', 'not canonical'],
    ['', 'not canonical'],
    ['aux', 'Windows does not have'],
    ['lib/CON.py', 'Windows does not have'],
    ['lib/nul/x', 'Windows does not have'],
    ['COM1.txt', 'Windows does not have'],
    ['lpt³', 'Windows does not have'],
    ['trailing.', 'Windows does not have'],
    ['trailing /x', 'Windows does not have'],
    ['lib/a:stream', 'Windows does not have'],
    ['what?', 'Windows does not have'],
    ['bell\u0007', 'Windows does not have'],
  ])('refuses %j', async (path, reason) => {
    const error = await errorOf(() => offer(path))

    expect(error.code).toBe('PYEMBED_ARCHIVE_ENTRY_REFUSED')
    expect(error.message).toContain(reason)
    expect(error.message).toContain('odd.tar.gz')
  })
})

describe('names that fall together', () => {
  it.each([
    ['the same twice', ['a', 'a']],
    ['case', ['lib/Readme', 'lib/README']],
    ['case of a folder', ['Lib/a', 'lib/b']],
    ['Unicode forms', ['caf\u00e9', 'cafe\u0301']],
    ['Unicode forms of a folder', ['caf\u00e9/a', 'cafe\u0301/b']],
    ['letters that only one folding joins', ['K.txt', '\u212a.txt']],
    ['a file where a folder is', ['a/b', 'a']],
    ['a file where a folder is, in another case', ['a/b', 'A']],
    ['a folder where a file is', ['a', 'a/b']],
    ['a link and a file', ['a -> b', 'a']],
    ['a path through a link', ['lib -> bin', 'lib/x']],
    ['a path through a link, in another case', ['lib -> bin', 'LIB/x']],
    ['a link where a folder is', ['lib/x', 'lib -> bin']],
  ])('refuses %s', async (_, entries) => {
    expect(await codeOf(() => offer(...entries))).toBe('PYEMBED_ARCHIVE_ENTRY_REFUSED')
  })

  it('takes many files of one folder', () => {
    expect(() => offer('a/b/1', 'a/b/2', 'a/3', 'a/c -> b')).not.toThrow()
  })
})

describe('acceptLink', () => {
  it.each([
    ['bin/python -> python3.14'],
    ['lib/pkgconfig/python3.pc -> python-3.14.pc'],
    ['a/b/c -> ../../bin/python'],
    ['top -> .'],
    ['a/b/c -> ../.././x'],
    ['a -> ..b/...'],
  ])('takes %s', (link) => {
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
    ['../x -> y'],
  ])('refuses %s', async (link) => {
    expect(await codeOf(() => offer(link))).toBe('PYEMBED_ARCHIVE_ENTRY_REFUSED')
  })

  it.each(['a/b/up/../secret', 'a/b/up/./../secret', 'a/b/up//../secret'])(
    'refuses a link that leaves the tree through another link by %s',
    async (text) => {
      const links = ['a/b/up -> ../..', `x -> ${text}`]

      expect(await codeOf(() => offer(...links))).toBe('PYEMBED_ARCHIVE_ENTRY_REFUSED')
    },
  )
})
