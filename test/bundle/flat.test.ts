import { readFileSync, rmSync, writeFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { fixBundle } from '../../src/bundle/fixup.ts'
import { verifyBundle } from '../../src/bundle/verify.ts'
import { infoPlist, judgeApp, libpython, loading, makeApp } from '../helpers/app.ts'
import { makeDylib } from '../helpers/make-dylib.ts'

const fix = (app: string): ReturnType<typeof fixBundle> => fixBundle({ emit: () => undefined }, app)

async function problemsOf(app: string): Promise<readonly string[]> {
  const { problems } = await verifyBundle(app)
  return problems.map(({ kind, path }) => `${kind} ${path.replace('Contents/PlugIns/', '')}`)
}

const plugin = (): Buffer => loading([`@rpath/${libpython}`])

/** What may lie beside the code of a plug-in without `Contents`, for everything there is a resource. */
const resources = {
  'PlugIns/View.plugin/icon.png': 'icon',
  'PlugIns/View.plugin/de.lproj/texts.strings': 'a = b;\n',
  'PlugIns/View.plugin/Frameworks/data.d/text.txt': 'text\n',
  'PlugIns/View.plugin/helper.dylib': makeDylib({ defines: ['_help'] }),
}

describe('plug-ins without Contents', () => {
  it.each([
    ['with Info.plist', { 'PlugIns/View.plugin/Info.plist': infoPlist('View') }],
    ['without', {}],
  ])('are sealed whole, %s', async (_, info) => {
    const { app, at } = await makeApp({
      ...resources,
      ...info,
      'PlugIns/View.plugin/View': plugin(),
    })

    expect((await fix(app)).problems).toEqual([])

    expect(await problemsOf(app)).toEqual([])
    expect(judgeApp(app)).toEqual([])
    expect(await fix(app)).toMatchObject({ written: [], problems: [] })
    const seal = readFileSync(at('PlugIns/View.plugin/_CodeSignature/CodeResources'), 'utf8')
    expect(seal).toContain('<key>icon.png</key>')
    expect(seal).not.toContain('nested')
    expect(seal).toContain('<key>^.*\\.lproj/</key>')

    writeFileSync(at('PlugIns/View.plugin/icon.png'), 'another')
    rmSync(at('PlugIns/View.plugin/de.lproj'), { recursive: true })
    expect(await problemsOf(app)).toEqual(['changed View.plugin/icon.png'])
    expect(judgeApp(app)).toContain('changed PlugIns/View.plugin/icon.png')
  })

  it('that have Resources keep their Info.plist there, and code beside it', async () => {
    const { app, at } = await makeApp({
      'PlugIns/Old.bundle/Old': plugin(),
      'PlugIns/Old.bundle/Resources/Info.plist': infoPlist('Old'),
      'PlugIns/Old.bundle/Resources/icon.png': 'icon',
    })

    expect((await fix(app)).problems).toEqual([])

    expect(await problemsOf(app)).toEqual([])
    expect(judgeApp(app)).toEqual([])
    writeFileSync(at('PlugIns/Old.bundle/notes.txt'), '')
    expect(await problemsOf(app)).toEqual([
      'extra Old.bundle/notes.txt',
      'structure Old.bundle/notes.txt',
    ])
  })

  it('are none without code of their name; a library needs no folder', async () => {
    const { app } = await makeApp({
      'PlugIns/data.d/text.txt': '',
      'PlugIns/libplugin.dylib': makeDylib(),
      'PlugIns/deep/plugin.so': plugin(),
    })

    await fix(app)

    expect(await problemsOf(app)).toContain('structure data.d')
    expect((await problemsOf(app)).filter((each) => !each.includes(' data.d'))).toEqual([])
  })
})
