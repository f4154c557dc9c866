import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { createTreeWriter } from '../../src/fs/tree-writer.ts'
import { runModule } from '../helpers/child.ts'
import { codeOf } from '../helpers/errors.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree, modeOf, sha256sum } from '../helpers/tree.ts'

describe('createTreeWriter', () => {
  it('records what it wrote, as sha256sum finds it', () => {
    const writer = createTreeWriter(temporaryDirectory())

    const record = writer.writeFile('a/b/c.txt', '0644', [Buffer.from('one '), Buffer.from('two')])

    expect(record).toEqual({
      mode: '0644',
      size: 7,
      sha256: sha256sum(join(writer.root, 'a/b/c.txt')),
    })
    expect(writer.inventory.get('a/b/c.txt')).toEqual(record)
  })

  it('records links as their text', () => {
    const writer = createTreeWriter(temporaryDirectory())

    writer.writeLink('bin/python3', 'python3.14')

    expect(listTree(writer.root)).toEqual(['bin/python3 -> python3.14'])
    expect(writer.inventory.get('bin/python3')).toEqual({ link: 'python3.14' })
  })

  it('forgets what it removed', () => {
    const writer = createTreeWriter(temporaryDirectory())
    writer.writeFile('a/b', '0644', [])

    writer.remove('a/b')
    writer.writeFile('a/c', '0644', [])

    expect([...writer.inventory.keys()]).toEqual(['a/c'])
    expect(listTree(writer.root)).toEqual(['a/c'])
  })

  it.each([
    ['a file twice', 'a/b'],
    ['a file where a folder is', 'a'],
    ['a folder where a file is', 'a/b/c'],
  ])('refuses %s, and keeps the first', async (_, path) => {
    const writer = createTreeWriter(temporaryDirectory())
    const first = writer.writeFile('a/b', '0644', [Buffer.from('first')])

    expect(await codeOf(() => writer.writeFile(path, '0644', []))).toBe('PYEMBED_PACKAGE_CONFLICT')
    expect(await codeOf(() => writer.writeLink(path, 'x'))).toBe('PYEMBED_PACKAGE_CONFLICT')
    expect(sha256sum(join(writer.root, 'a/b'))).toBe('sha256' in first ? first.sha256 : '')
  })

  it.each([0o022, 0o077, 0o000])('gives the same modes under umask %i', async (umask) => {
    const root = join(temporaryDirectory(), 'root')
    mkdirSync(root)
    const code = `const { createTreeWriter } = await import('./src/fs/tree-writer.ts')
process.umask(input.umask)
const writer = createTreeWriter(input.root)
writer.writeFile('bin/python', '0755', [])
writer.writeFile('lib/os.py', '0644', [])`

    await runModule(code, { input: { root, umask } })

    const modes = ['bin', 'bin/python', 'lib', 'lib/os.py'].map((path) => modeOf(join(root, path)))
    expect(modes).toEqual(['755', '755', '755', '644'])
  })
})
