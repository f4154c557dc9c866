import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { beforeEach, describe, expect, it } from 'vitest'

import { fixBundle } from '../../src/bundle/fixup.ts'
import { planSigning } from '../../src/bundle/sign-plan.ts'
import { type BundleVerification, verifyBundle } from '../../src/bundle/verify.ts'
import { flipBit, infoPlist, loading, makeApp } from '../helpers/app.ts'
import { errorOf } from '../helpers/errors.ts'
import { minor } from '../helpers/framework.ts'
import { runPython } from '../helpers/python.ts'

const fix = (app: string): ReturnType<typeof fixBundle> => fixBundle({ emit: () => undefined }, app)

describe('a broken byte of an Info.plist', () => {
  let app = ''
  const at = (path: string): string => join(app, 'Contents', path)

  beforeEach(async () => {
    const made = await makeApp({
      'PlugIns/View.bundle/Contents/Info.plist': infoPlist('View'),
      'PlugIns/View.bundle/Contents/MacOS/View': loading([]),
      'PlugIns/Flat.plugin/Info.plist': infoPlist('Flat'),
      'PlugIns/Flat.plugin/Flat': loading([]),
    })
    app = made.app
    await fix(app)
  })

  const problems = async (): Promise<BundleVerification['problems']> =>
    (await verifyBundle(app)).problems

  it.each([
    ['Info.plist', 'MacOS/Demo'],
    ['PlugIns/View.bundle/Contents/Info.plist', 'PlugIns/View.bundle/Contents/MacOS/View'],
    ['PlugIns/Flat.plugin/Info.plist', 'PlugIns/Flat.plugin/Flat'],
    [
      'Frameworks/Python.framework/Versions/A/Resources/Info.plist',
      'Frameworks/Python.framework/Versions/A/Python',
    ],
  ])('hides nothing else: %s', async (path, program) => {
    const text = readFileSync(at(path), 'utf8')
    writeFileSync(at(path), text.replace('<key>CFBundleI', '<kez>CFBundleI'))
    const module = `Frameworks/Python.framework/Versions/A/lib/python${minor}/os.py`
    flipBit(at(module), 3)
    flipBit(at(program), 20_000)

    const found = await problems()

    const line = text.slice(0, text.indexOf('<key>CFBundleI')).split('\n').length
    expect(found.filter(({ kind }) => kind === 'structure')).toEqual([
      {
        path: `Contents/${path}`,
        kind: 'structure',
        detail: expect.stringContaining(`line ${line} of it`) as string,
      },
    ])
    const others = found.map(({ kind, path: named }) => `${kind} ${named.replace('Contents/', '')}`)
    expect(others).toContain(`changed ${module}`)
    expect(others).toContain(`signature ${program}`)
    expect(others.filter((each) => /^(?:missing|extra)/.test(each))).toEqual([])
  })

  it('lets no bundle be signed', async () => {
    const plist = readFileSync(at('Info.plist'))
    const [view, program] = ['PlugIns/View.bundle/Contents/Info.plist', 'MacOS/Demo']
    writeFileSync(at(view), 'no property list')
    const former = readFileSync(at('PlugIns/View.bundle/Contents/MacOS/View'))
    expect((await fix(app)).problems).toMatchObject([{ path: `Contents/${view}` }])
    expect(readFileSync(at('PlugIns/View.bundle/Contents/MacOS/View'))).toEqual(former)

    writeFileSync(at('Info.plist'), plist.subarray(0, 400))
    const code = readFileSync(at(program))
    const errors = [await errorOf(() => fix(app)), await errorOf(() => planSigning(app))]
    expect(errors).toMatchObject([
      { code: 'PYEMBED_BUNDLE_UNFIT' },
      { code: 'PYEMBED_BUNDLE_UNFIT' },
    ])
    expect(errors[0]?.message).toContain('`Contents/Info.plist`: line')
    expect(readFileSync(at(program))).toEqual(code)
  })

  it('leaves the only program of an app to be judged', async () => {
    renameSync(at('MacOS/Demo'), at('MacOS/other'))
    writeFileSync(at('Info.plist'), infoPlist('other'))
    await fix(app)
    writeFileSync(at('Info.plist'), infoPlist('../other'))
    flipBit(at('MacOS/other'), 20_000)

    const found = (await problems()).map(({ kind, path }) => `${kind} ${path}`)

    expect(found).toContain('structure Contents/Info.plist')
    expect(found).toContain('signature Contents/MacOS/other')
    expect(found.filter((each) => /^(?:missing|extra)/.test(each))).toEqual([])
  })

  it('of the binary form is found, wherever it is', async () => {
    const binary = Buffer.from(
      runPython(
        `
import base64, plistlib, sys
info = dict(CFBundleExecutable="Demo", CFBundleIdentifier="org.example.Demo", CFBundlePackageType="APPL")
print(base64.b64encode(plistlib.dumps(info, fmt=plistlib.FMT_BINARY)).decode())`,
      ),
      'base64',
    )
    writeFileSync(at('Info.plist'), binary)
    await fix(app)
    expect(await problems()).toEqual([])

    for (let place = 0; place < binary.length; place += 5) {
      writeFileSync(at('Info.plist'), binary)
      flipBit(at('Info.plist'), place)
      expect((await problems()).map(({ path }) => path)).toContain('Contents/MacOS/Demo')
    }
  })
})
