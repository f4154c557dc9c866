import { describe, expect, it } from 'vitest'

import type { FileRecord, Inventory } from '../../src/fs/inventory.ts'
import { planFramework } from '../../src/framework/layout.ts'
import { prefixLayout } from '../../src/platform/layout.ts'
import { parseTarget } from '../../src/platform/target.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'

const target = parseTarget('aarch64-apple-darwin')
const layout = prefixLayout({ target, version: '3.14.6', variant: 'default' })

const content: FileRecord = { mode: '0644', sha256: '0'.repeat(64), size: 1 }

/** A prefix with what each has, and these files; a text is a link. */
function prefix(more: Readonly<Record<string, FileRecord | string>> = {}): Inventory {
  const all: Readonly<Record<string, FileRecord | string>> = {
    'lib/libpython3.14.dylib': { ...content, mode: '0755' },
    'bin/python3.14': { ...content, mode: '0755' },
    'bin/python3': 'python3.14',
    'include/python3.14/Python.h': content,
    'lib/python3.14/os.py': content,
    ...more,
  }
  return new Map(
    Object.entries(all).map(([path, record]) => [
      path,
      typeof record === 'string' ? { link: record } : record,
    ]),
  )
}

const plan = (more?: Readonly<Record<string, FileRecord | string>>): readonly string[] =>
  planFramework(prefix(more), layout).map((item) =>
    item.kind === 'link'
      ? `${item.path} -> ${item.target}`
      : `${item.path} = ${item.from} ${item.mode}`,
  )

describe('planFramework', () => {
  it('makes the library the file of the framework, and has links alone at the root', () => {
    expect(plan()).toEqual([
      'Headers -> Versions/Current/Headers',
      'Python -> Versions/Current/Python',
      'Resources -> Versions/Current/Resources',
      'Versions/A/Headers -> include/python3.14',
      'Versions/A/Python = lib/libpython3.14.dylib 0755',
      'Versions/A/bin/python3 -> python3.14',
      'Versions/A/bin/python3.14 = bin/python3.14 0755',
      'Versions/A/include/python3.14/Python.h = include/python3.14/Python.h 0644',
      'Versions/A/lib/libpython3.14.dylib -> ../Python',
      'Versions/A/lib/python3.14/os.py = lib/python3.14/os.py 0644',
      'Versions/Current -> A',
    ])
  })

  it('does without headers when they are trimmed', () => {
    const trimmed = new Map(prefix())
    trimmed.delete('include/python3.14/Python.h')

    const paths = planFramework(trimmed, layout).map(({ path }) => path)

    expect(paths.filter((path) => path.includes('Headers'))).toEqual([])
  })

  it('is the same whatever the order of the inventory', () => {
    const reversed = new Map([...prefix()].toReversed())

    expect(planFramework(reversed, layout)).toEqual(planFramework(prefix(), layout))
  })

  it('takes folders with dots below those at the top, and links between them', () => {
    const more = {
      'lib/python3.14/site-packages/numpy-2.5.5.dist-info/RECORD': content,
      'lib/itcl4.3.5/pkgIndex.tcl': content,
      'share/man/man1/python3.1': 'python3.14.1',
      'share/man/man1/python3.14.1': '../../../lib/python3.14/os.py',
      'lib/here': '.',
      'lib/here.py': 'here/here/python3.14/os.py',
    }

    expect(plan(more)).toHaveLength(plan().length + 6)
  })

  it.each([
    ['a file in no folder', { 'LICENSE.txt': content }],
    ['a link in no folder', { licence: 'lib/python3.14/os.py' }],
    ['a folder with a dot', { 'numpy.libs/a.txt': content }],
    ['a hidden folder', { '.dylibs/a.dylib': content }],
    ['a folder for bundles', { 'PlugIns/a.txt': content }],
    ['another', { 'Library/Automator/a.txt': content }],
    ['what no seal covers', { 'lib/.DS_Store': content }],
    ['a second Python', { 'python/a.txt': content }],
    ['resources of its own', { 'Resources/Info.plist': content }],
    ['a signature of its own', { '_CodeSignature/CodeResources': content }],
    ['an absolute link', { 'bin/python': '/usr/bin/python3' }],
    ['a link out of the prefix', { 'bin/python': '../../python' }],
    ['a link out and back in', { 'bin/python': '../../A/bin/python3' }],
    ['a link to nothing', { 'bin/python': 'python2' }],
    ['links in a circle', { 'bin/a': 'b', 'bin/b': 'a' }],
    ['a link out of the prefix over another', { 'lib/up': '..', 'bin/python': '../lib/up/../x' }],
  ])('refuses %s', async (_, more) => {
    const error = await errorOf(() => plan(more))

    expect(error.code).toBe('PYEMBED_FRAMEWORK_UNFIT')
    expect(Object.keys(more).some((path) => error.message.includes(`\`${path}\``))).toBe(true)
  })

  it('refuses a prefix without a library', async () => {
    const without = new Map(prefix())
    without.delete('lib/libpython3.14.dylib')

    expect(await codeOf(() => planFramework(without, layout))).toBe('PYEMBED_FRAMEWORK_UNFIT')
  })
})
