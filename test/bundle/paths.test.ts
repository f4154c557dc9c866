import { mkdirSync, symlinkSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { sealMacho } from '../../src/binary/macho/signature/seal.ts'
import { fixBundle } from '../../src/bundle/fixup.ts'
import { verifyBundle } from '../../src/bundle/verify.ts'
import { loading, makeApp } from '../helpers/app.ts'
import { findLoads } from '../helpers/macos-loads.ts'
import { makeDylib } from '../helpers/make-dylib.ts'
import { describeWithTools } from '../helpers/tools.ts'

/** A module that looks for `libcore.dylib` of `Frameworks` by a run-time path from `PlugIns`. */
const module = (rpath: string): Buffer =>
  sealMacho(loading(['@rpath/libcore.dylib'], { rpaths: [rpath] }), { identifier: 'x' })

const core = { 'Frameworks/libcore.dylib': makeDylib({ defines: ['_core'] }) }

describeWithTools(['llvm-otool-19'], 'paths that dyld walks folder by folder', () => {
  it.each([
    ['../Frameworks', true],
    ['.././Frameworks//', true],
    ['nowhere/../../Frameworks', false],
    ['../Resources/nowhere/../../Frameworks', false],
    ['module.so/../../Frameworks', false],
    ['empty/../../Frameworks', true],
    // A link into `Resources/deep/folder`, from where it is two folders up to `Contents`.
    ['link/../Frameworks', false],
    ['link/../../../Frameworks', true],
  ])('%s', async (path, isThere) => {
    const { app, at } = await makeApp({
      ...core,
      'PlugIns/module.so': module(`@loader_path/${path}`),
      'Resources/deep/folder/text.txt': '',
    })
    symlinkSync('../Resources/deep/folder', at('PlugIns/link'))
    mkdirSync(at('PlugIns/empty'))
    const wanted = { path: 'Contents/PlugIns/module.so', name: '@rpath/libcore.dylib' }
    const finds = isThere ? 'Contents/Frameworks/libcore.dylib' : undefined
    expect(findLoads(app)).toContainEqual({ ...wanted, finds })
    const problems = async (): Promise<readonly string[]> =>
      (await verifyBundle(app)).problems
        .filter((each) => each.path === wanted.path && each.kind === 'library')
        .map(({ detail }) => detail)

    const missing = '`@rpath/libcore.dylib` is not where it looks'
    expect(await problems()).toEqual(
      isThere ? [] : [`${missing} (arm64)`, expect.stringContaining(missing)],
    )

    // What is there is found, and what was not is named from where it lies.
    const { problems: left } = await fixBundle({ emit: () => undefined }, app)
    expect(left).toEqual([])
    expect(await problems()).toEqual([])
    expect(findLoads(app).filter(({ finds: end }) => end === undefined)).toEqual([])
  })
})

describe('links', () => {
  it.each([
    ['nowhere/../texts', false],
    ['../Resources/texts', true],
    ['texts/more.txt/../more.txt', false],
    ['empty/../texts', true],
    ['empty', true],
  ])('may lead to %s: %s', async (target, isThere) => {
    const { app, at } = await makeApp({ 'Resources/texts/more.txt': '' })
    mkdirSync(at('Resources/empty'))
    symlinkSync(target, at('Resources/link'))
    await fixBundle({ emit: () => undefined }, app)

    const { problems } = await verifyBundle(app)

    expect(problems.map(({ kind, path }) => `${kind} ${path}`)).toEqual(
      isThere ? [] : ['link Contents/Resources/link'],
    )
  })
})
