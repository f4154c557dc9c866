import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { walkFiles } from '../../src/fs/walk.ts'
import { makeFramework } from '../../src/project/create-framework.ts'
import { makeEntry } from '../../src/store/stage.ts'
import { testContext } from '../helpers/context.ts'
import { codeOf } from '../helpers/errors.ts'
import { makeRequest, minor, python, version } from '../helpers/framework.ts'
import { makeHead } from '../helpers/store.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

/** Makes a framework of a small store entry, of what `names` lists. */
async function make(...names: readonly string[]): Promise<string> {
  const { prefix } = makeRequest()
  const directory = temporaryDirectory('entry')
  const env = { dataDir: directory, variables: process.env }
  const target = 'aarch64-apple-darwin'
  const entry = await makeEntry(env, makeHead({ target, version }), (writer) => {
    for (const { path, isLink } of walkFiles(prefix)) {
      if (isLink) writer.writeLink(path, `python${minor}`)
      else writer.writeFile(path, '0644', [readFileSync(join(prefix, path))])
    }
    return Promise.resolve(() => Promise.resolve())
  })
  const files = join(directory, 'files.txt')
  if (names.length > 0) writeFileSync(files, names.join('\n'))
  const options = { prefix: entry.prefix, output: join(directory, 'output'), python, files }
  return (await makeFramework(testContext(directory), options)).framework
}

describe('makeFramework', () => {
  it('leaves out what a list of files does not name', async () => {
    const framework = await make(`lib/libpython${minor}.dylib`, `lib/python${minor}/os.py`, '')

    const paths = [...walkFiles(join(framework, 'Versions/A'))].map(({ path }) => path)
    expect(paths.filter((path) => !path.includes('__pycache__')).sort()).toEqual([
      'Python',
      'Resources/Info.plist',
      '_CodeSignature/CodeResources',
      `lib/libpython${minor}.dylib`,
      `lib/python${minor}/os.py`,
    ])
  })

  it('refuses a list that cannot be read, or names what is not there', async () => {
    expect(await codeOf(() => make())).toBe('PYEMBED_USAGE')
    expect(await codeOf(() => make('lib/nothing.py'))).toBe('PYEMBED_FRAMEWORK_UNFIT')
  })
})
