import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { findManifest } from '../../src/manifest/find.ts'
import { runModule } from '../helpers/child.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

const code = `const { findManifest } = await import('./src/manifest/find.ts')
process.chdir(input)
try { console.log(findManifest(undefined)) } catch (error) { console.log(error.code + ' ' + error.hint) }`

describe('findManifest', () => {
  it('is in the folder that was named', () => {
    expect(findManifest('/some/project')).toBe('/some/project/pyembed.toml')
  })

  it('is the nearest above the working directory', async () => {
    const root = temporaryDirectory()
    writeFiles(root, { 'pyembed.toml': '', 'src/deep/file.cpp': '' })

    expect(await runModule(code, { input: join(root, 'src/deep') })).toBe(
      join(root, 'pyembed.toml'),
    )
  })

  it('says how to make one when there is none', async () => {
    expect(await runModule(code, { input: temporaryDirectory() })).toMatch(
      /^PYEMBED_MANIFEST_NOT_FOUND .*pyembed init/,
    )
  })
})
