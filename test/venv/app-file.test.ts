import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { readApp } from '../../src/venv/app-file.ts'
import { codeOf } from '../helpers/errors.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

const valid = { name: 'Workbench', prefix: 'python', version: '3.14.6', pinId: 'cpython-3.14.6' }

/** An app of a few empty files. */
function makeApp(description: unknown): string {
  const root = temporaryDirectory()
  const text = typeof description === 'string' ? description : JSON.stringify(description)
  writeFiles(root, { 'pyembed-app.json': text, 'bin/a/app': '', 'python/bin/python3.14': '' })
  return root
}

describe('readApp', () => {
  it('finds the app of an executable, and of its folder', () => {
    const root = makeApp({ ...valid, id: 'org.example.workbench' })
    const { app, base } = readApp(join(root, 'bin/a/app'))

    expect(app).toEqual({
      name: 'Workbench',
      id: 'org.example.workbench',
      identity: 'org.example.workbench',
      path: join(root, 'bin/a'),
      abi: 'cp314',
    })
    expect(base).toEqual({
      executable: join(root, 'python/bin/python3.14'),
      prefix: join(root, 'python'),
      version: '3.14.6',
      pinId: 'cpython-3.14.6',
    })
    expect(readApp(join(root, 'bin/a')).app).toEqual(app)
  })

  it('finds that of a bundle, in its resources', () => {
    const root = temporaryDirectory()
    const prefix = 'Frameworks/Python.framework/Versions/A'
    writeFiles(join(root, 'Workbench.app/Contents'), {
      'Resources/pyembed-app.json': JSON.stringify({ ...valid, prefix: `../${prefix}` }),
      'MacOS/Workbench': '',
      [`${prefix}/bin/python3.14`]: '',
    })

    expect(readApp(join(root, 'Workbench.app')).base.prefix).toBe(
      join(root, 'Workbench.app/Contents', prefix),
    )
  })

  it.each([
    ['no JSON', '{"name": '],
    ['no object', 'null'],
    ['no name', { ...valid, name: '' }],
    ['a number', { ...valid, version: 3.14 }],
    ['an absolute prefix', { ...valid, prefix: '/usr' }],
    ['an absolute prefix of Windows', { ...valid, prefix: 'C:\\Python' }],
    ['another version', { ...valid, version: '3.13.1' }],
    ['no version', { ...valid, version: 'new' }],
    ['a prefix that is not there', { ...valid, prefix: 'nowhere' }],
  ])('refuses %s', async (_, description) => {
    const root = makeApp(description)

    expect(await codeOf(() => readApp(root))).toBe('PYEMBED_APP_FILE_INVALID')
  })

  it('refuses what is no text', async () => {
    const root = makeApp(valid)
    writeFileSync(join(root, 'pyembed-app.json'), Buffer.from('{"name": "\u00ff"}', 'latin1'))

    expect(await codeOf(() => readApp(root))).toBe('PYEMBED_APP_FILE_INVALID')
    expect(await codeOf(() => readApp(join(root, 'gone')))).toBe('PYEMBED_APP_FILE_INVALID')
  })
})
