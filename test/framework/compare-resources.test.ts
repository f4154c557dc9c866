import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { codeResourcesPlist, planResources } from '../../src/framework/code-resources.ts'
import { compareResources } from '../../src/framework/compare-resources.ts'
import { writePlist } from '../../src/text/plist.ts'
import { readResources } from '../../src/framework/read-resources.ts'
import { codeOf } from '../helpers/errors.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

function sealedTree(): { readonly root: string; readonly seal: string } {
  const root = temporaryDirectory('sealed')
  writeFiles(root, {
    Python: 'code',
    'Resources/Info.plist': 'info',
    'Resources/de.lproj/a.strings': 'strings',
    'lib/a.py': 'a',
    'lib/__proto__': 'b',
    'include/x.h': 'x',
  })
  symlinkSync('include', join(root, 'Headers'))
  symlinkSync('a.py', join(root, 'lib/b.py'))
  return {
    root,
    seal: writePlist(codeResourcesPlist(planResources(readResources(root), 'Python'))),
  }
}

function compare({ root, seal }: { root: string; seal: string }): readonly string[] {
  return compareResources(seal, planResources(readResources(root), 'Python')).map(
    ({ path, kind }) => `${kind} ${path}`,
  )
}

describe('compareResources', () => {
  it('finds nothing in a tree that is as it was, and nothing to say of what is not sealed', () => {
    const tree = sealedTree()
    writeFileSync(join(tree.root, 'Python'), 'signed')
    writeFiles(tree.root, { '_CodeSignature/CodeResources': tree.seal, 'lib/.DS_Store': '' })

    expect(compare(tree)).toEqual([])
  })

  it('reports each thing that is not as it was, with its path', () => {
    const tree = sealedTree()
    const at = (path: string): string => join(tree.root, path)
    const info = readFileSync(at('Resources/Info.plist'))
    info[0] = (info[0] ?? 0) ^ 1
    writeFileSync(at('Resources/Info.plist'), info)
    rmSync(at('include/x.h'))
    rmSync(at('Resources/de.lproj'), { recursive: true })
    writeFiles(tree.root, { 'lib/__pycache__/a.cpython-314.pyc': 'code' })
    rmSync(at('lib/b.py'))
    symlinkSync('__proto__', at('lib/b.py'))
    rmSync(at('Headers'))
    renameSync(at('include'), at('Headers'))
    writeFiles(tree.root, { 'Headers/x.h': 'x' })
    rmSync(at('lib/a.py'))
    symlinkSync('b.py', at('lib/a.py'))

    expect(compare(tree)).toEqual([
      'missing Headers',
      'extra Headers/x.h',
      'changed Resources/Info.plist',
      'missing include/x.h',
      'extra lib/__pycache__/a.cpython-314.pyc',
      'link lib/a.py',
      'link lib/b.py',
    ])
  })

  it('says what a link was and is', () => {
    const { root, seal } = sealedTree()
    rmSync(join(root, 'Headers'))
    symlinkSync('/etc', join(root, 'Headers'))

    expect(compareResources(seal, planResources(readResources(root), 'Python'))).toEqual([
      {
        path: 'Headers',
        kind: 'link',
        detail: 'it was a link to `include` and is a link to `/etc`',
      },
    ])
  })

  it('reports a seal whose rules leave something out', () => {
    const { root, seal } = sealedTree()
    const weak = seal.replace('<string>^.*</string>', '').replace('^version\\.plist$', '^lib/')

    expect(compare({ root, seal: weak })).toEqual(['seal _CodeSignature/CodeResources'])
  })

  it('refuses a seal that is no property list, and reports one without files', async () => {
    const { root } = sealedTree()
    const found = planResources(readResources(root), 'Python')

    expect(await codeOf(() => compareResources('gone', found))).toBe('PYEMBED_PLIST_INVALID')
    expect(compareResources(writePlist(new Map()), found)).toHaveLength(1)
  })
})
