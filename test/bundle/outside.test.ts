import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { fixBundle } from '../../src/bundle/fixup.ts'
import { verifyBundle } from '../../src/bundle/verify.ts'
import { verifyFramework } from '../../src/framework/verify.ts'
import { infoPlist, loading, makeApp } from '../helpers/app.ts'
import { errorOf } from '../helpers/errors.ts'
import { makeDylib } from '../helpers/make-dylib.ts'
import { writeFiles } from '../helpers/tree.ts'

const fix = (app: string): ReturnType<typeof fixBundle> => fixBundle({ emit: () => undefined }, app)

async function problemsOf(app: string): Promise<readonly string[]> {
  const { problems } = await verifyBundle(app)
  return problems.map(({ kind, path }) => `${kind} ${path.replace('Contents/', '')}`)
}

describe('what is not of the app is not written', () => {
  it.each([
    ['outside', '../../../../../../other'],
    ['that no file can be', 'Other\0'],
  ])('when a framework names a file %s as its own', async (_, name) => {
    const { app, at } = await makeApp()
    const other = join(app, '..', 'other')
    writeFileSync(other, makeDylib())
    const framework = at('Frameworks/Other.framework')
    const version = join(framework, 'Versions', 'A')
    const info = infoPlist(name, { CFBundlePackageType: 'FMWK' })
    writeFiles(version, { 'Resources/Info.plist': info })
    symlinkSync('A', join(framework, 'Versions', 'Current'))
    const former = readFileSync(other)

    const { problems } = await fix(app)

    expect(readFileSync(other)).toEqual(former)
    const detail = '`CFBundleExecutable` is no name of a file'
    expect(problems).toContainEqual(expect.objectContaining({ kind: 'structure', detail }))
    const verified = await verifyFramework(framework)
    expect(verified.problems).toContainEqual(
      expect.objectContaining({ path: 'Versions/A/Resources/Info.plist', detail }),
    )
  })

  it('when the folder of programs is a link', async () => {
    const { app, at } = await makeApp()
    const elsewhere = join(app, '..', 'MacOS')
    renameSync(at('MacOS'), elsewhere)
    symlinkSync('../../MacOS', at('MacOS'))
    const former = readFileSync(join(elsewhere, 'Demo'))

    const { code, message } = await errorOf(() => fix(app))

    expect(code).toBe('PYEMBED_BUNDLE_UNFIT')
    expect(message).toContain('`Contents/MacOS`: it is a link')
    expect(readFileSync(join(elsewhere, 'Demo'))).toEqual(former)
  })
})

describe('what no seal has', () => {
  it('is found beside `Contents`, but for what Finder leaves', async () => {
    const { app, at } = await makeApp()
    mkdirSync(at('PlugIns/Inner.app/Contents'), { recursive: true })
    cpSync(at('MacOS'), at('PlugIns/Inner.app/Contents/MacOS'), { recursive: true })
    cpSync(at('Info.plist'), at('PlugIns/Inner.app/Contents/Info.plist'))
    await fix(app)
    expect(await problemsOf(app)).toEqual([])

    for (const name of ['.DS_Store', 'Icon\r', 'notes.txt']) writeFileSync(join(app, name), '')
    mkdirSync(join(app, 'Resources'))
    symlinkSync('Contents/Info.plist', join(app, 'Info.plist'))
    writeFileSync(at('PlugIns/Inner.app/notes.txt'), '')

    const found = ['PlugIns/Inner.app/notes.txt', 'Info.plist', 'Resources', 'notes.txt']
    expect(await problemsOf(app)).toEqual(found.map((path) => `structure ${path}`))
  })

  it('is found beside a seal, but for an empty signature', async () => {
    const { app, at } = await makeApp()
    await fix(app)
    const nested = 'Frameworks/Python.framework/Versions/A/_CodeSignature'
    writeFileSync(at('_CodeSignature/CodeSignature'), '')
    writeFileSync(at('_CodeSignature/other'), '')
    writeFileSync(at(`${nested}/CodeSignature`), 'x')
    mkdirSync(at(`${nested}/folder`))

    expect(await problemsOf(app)).toEqual([
      `structure ${nested}/CodeSignature`,
      `structure ${nested}/folder`,
      'structure _CodeSignature/other',
    ])
  })
})

it('a library that `..` leads to from a folder of macOS is not one of macOS', async () => {
  const { app } = await makeApp({ 'PlugIns/one.so': loading(['/usr/lib/../local/lib/libx.dylib']) })

  const { problems } = await fix(app)

  expect(problems).toEqual([])
  expect(await problemsOf(app)).toContain('library PlugIns/one.so')
})
