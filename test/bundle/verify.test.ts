import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

import { beforeEach, describe, expect, it } from 'vitest'

import { sealMacho } from '../../src/binary/macho/signature/seal.ts'
import { fixBundle } from '../../src/bundle/fixup.ts'
import { type BundleVerification, verifyBundle } from '../../src/bundle/verify.ts'
import { flipBit, infoPlist, judgeApp, libpython, loading, makeApp } from '../helpers/app.ts'
import { minor } from '../helpers/framework.ts'
import { makeDylib, makeFat } from '../helpers/make-dylib.ts'
import { writeFiles } from '../helpers/tree.ts'

const python = 'Frameworks/Python.framework/Versions/A'

const signed = (bytes: Buffer): Buffer => sealMacho(bytes, { identifier: 'x' })

async function problemsOf(app: string): Promise<readonly string[]> {
  const { ok, problems } = await verifyBundle(app)
  expect(ok).toBe(problems.length === 0)
  return [...new Set(problems.map(({ kind, path }) => `${kind} ${path.replace('Contents/', '')}`))]
}

describe('verifyBundle', () => {
  let app = ''
  const at = (path: string): string => join(app, 'Contents', path)

  beforeEach(async () => {
    const made = await makeApp({
      'PlugIns/plugin.so': loading([`/install/lib/${libpython}`, '/opt/b/libcore.dylib'], {
        wants: [
          ['_demo', 1],
          ['_core', 2],
          ['_puts', 3],
        ],
      }),
      'Frameworks/libcore.dylib': makeDylib({ defines: ['_core', '_more'] }),
    })
    app = made.app
    await fixBundle({ emit: () => undefined }, app)
  })

  const replace = (path: string, bytes: Buffer): void => {
    rmSync(at(path), { force: true })
    writeFiles(app, { [`Contents/${path}`]: signed(bytes) })
  }

  it('finds nothing wrong with an app that was fixed, and counts what it cannot know', async () => {
    const verification: BundleVerification = await verifyBundle(app)

    expect(verification).toMatchObject({ ok: true, problems: [] })
    // `puts` is of no library that is loaded.
    expect(verification.symbols).toEqual({ checked: 2, unchecked: 1 })
  })

  it.each([
    ['the header of code', 'MacOS/Demo', 40, 'signature MacOS/Demo'],
    ['a page in the middle', 'PlugIns/plugin.so', 20_000, 'signature PlugIns/plugin.so'],
    ['Info.plist', 'Info.plist', 310, 'signature MacOS/Demo'],
    ['CodeResources', '_CodeSignature/CodeResources', 400, 'signature MacOS/Demo'],
    [
      'a resource',
      'Resources/de.lproj/texts.strings',
      0,
      'changed Resources/de.lproj/texts.strings',
    ],
    ['a nested seal', `${python}/_CodeSignature/CodeResources`, 700, `signature ${python}/Python`],
    [
      'a nested resource',
      `${python}/lib/python${minor}/os.py`,
      3,
      `changed ${python}/lib/python${minor}/os.py`,
    ],
    ['a nested signature', `${python}/Python`, -200, `changed Frameworks/Python.framework`],
    ['a signature', 'Frameworks/libcore.dylib', -60, 'changed Frameworks/libcore.dylib'],
  ])('finds one bit flipped in %s', async (_, path, offset, problem) => {
    flipBit(at(path), offset)

    expect(await problemsOf(app)).toContain(problem)
    if (!/header|middle/.test(_)) expect(judgeApp(app)).not.toEqual([])
  })

  it('finds a link that leads elsewhere, and links that became files', async () => {
    const link = at(`${python}/lib/${libpython}`)
    const target = readlinkSync(link)
    rmSync(link)
    symlinkSync(`${target}/../Python`, link)
    expect(await problemsOf(app)).toContain(`link ${python}/lib/${libpython}`)

    const current = at('Frameworks/Python.framework/Versions/Current')
    rmSync(current)
    cpSync(join(dirname(current), 'A'), current, { recursive: true, verbatimSymlinks: true })
    expect(await problemsOf(app)).toContain(
      'structure Frameworks/Python.framework/Versions/Current',
    )
  })

  it('finds what a disk or an archive loses: x bits, and names that differ in case only', async () => {
    for (const program of ['MacOS/Demo', `${python}/bin/python${minor}`])
      chmodSync(at(program), 0o644)
    writeFiles(app, { 'Contents/Resources/Über.txt': '', 'Contents/resources/ÜBER.txt': '' })
    await fixBundle({ emit: () => undefined }, app)

    const found = await problemsOf(app)
    expect(found.toSorted()).toEqual([
      `structure ${python}/bin/python${minor}`,
      'structure MacOS/Demo',
      'structure resources',
      'structure resources/ÜBER.txt',
    ])
  })

  it('finds byte code that was written after sealing', async () => {
    const cache = at(`${python}/lib/python${minor}/__pycache__`)
    writeFileSync(join(cache, 'os.cpython-399.pyc'), 'late')

    expect(await problemsOf(app)).toEqual([
      `extra ${python}/lib/python${minor}/__pycache__/os.cpython-399.pyc`,
    ])
    expect(judgeApp(app)).toEqual([expect.stringContaining('os.cpython-399.pyc')])
  })

  it('finds libraries that are missing, too deep, elsewhere, or of another architecture', async () => {
    replace('PlugIns/deep.so', loading(['@loader_path/../../Frameworks/libcore.dylib']))
    replace(
      'PlugIns/lost.so',
      loading(['@rpath/liblost.dylib'], { rpaths: ['@loader_path/../Frameworks'] }),
    )
    replace('PlugIns/brew.so', loading(['/opt/homebrew/lib/libffi.8.dylib']))
    replace('Frameworks/libx86.dylib', makeDylib({ arch: 'x86_64' }))
    replace('PlugIns/other.so', loading(['@loader_path/../Frameworks/libx86.dylib']))
    replace('PlugIns/weak.so', makeDylib({ fileType: 8, loads: [['weak', '@loader_path/gone']] }))
    replace('PlugIns/paths.so', loading([], { rpaths: ['/opt/build'] }))

    const problems = (await problemsOf(app)).filter((each) => !/^(?:extra|changed)/.test(each))

    expect(problems).toEqual([
      'library Frameworks/libx86.dylib',
      'library PlugIns/brew.so',
      'library PlugIns/deep.so',
      'library PlugIns/lost.so',
      'library PlugIns/other.so',
      'build-path PlugIns/paths.so',
    ])
  })

  it('finds what only the app’s own program would find for a module', async () => {
    replace('PlugIns/alone.so', loading(['@executable_path/../Frameworks/libcore.dylib']))

    const { problems } = await verifyBundle(app)

    expect(problems).toContainEqual(
      expect.objectContaining({
        path: 'Contents/PlugIns/alone.so',
        kind: 'library',
        detail: expect.stringContaining(`bin/python${minor}\` imports it`) as string,
      }),
    )
  })

  it('finds symbols that a library does not have, but weak ones and those of macOS', async () => {
    const core = '@loader_path/../Frameworks/libcore.dylib'
    replace(
      'PlugIns/wanting.so',
      loading([core, '/usr/lib/libSystem.B.dylib'], {
        wants: [
          ['_core', 1],
          ['_gone', 1],
          ['_lost', 1],
          ['_puts', 2],
        ],
      }),
    )
    replace(
      'PlugIns/chain.so',
      loading(['@loader_path/libchain.dylib'], {
        wants: [
          ['_core', 1],
          ['_no', 1],
        ],
      }),
    )
    replace('PlugIns/libchain.dylib', makeDylib({ loads: [['reexport', core]] }))

    const { problems } = await verifyBundle(app)

    const symbols = problems.filter(({ kind }) => kind === 'symbol')
    expect(symbols).toEqual([
      {
        path: 'Contents/PlugIns/chain.so',
        kind: 'symbol',
        detail: '`_no` is not in `Contents/PlugIns/libchain.dylib` (arm64)',
      },
      {
        path: 'Contents/PlugIns/wanting.so',
        kind: 'symbol',
        detail: '`_gone` and 1 more is not in `Contents/Frameworks/libcore.dylib` (arm64)',
      },
    ])
  })

  it('finds a second Python and a second OpenMP', async () => {
    replace(`Frameworks/lib/${libpython}`, makeDylib({ defines: ['_Py_InitializeEx'] }))
    replace('PlugIns/second.so', loading([`@loader_path/../Frameworks/lib/${libpython}`]))
    replace('PlugIns/static.so', makeDylib({ fileType: 8, defines: ['_Py_InitializeEx'] }))
    replace('Frameworks/libomp.dylib', makeDylib({ defines: ['___kmpc_fork_call'] }))
    replace('PlugIns/libomp.dylib', makeDylib({ defines: ['___kmpc_fork_call'] }))

    const problems = (await problemsOf(app)).filter((each) => each.startsWith('duplicate'))

    expect(problems).toEqual([
      'duplicate PlugIns/libomp.dylib',
      'duplicate PlugIns/second.so',
      'duplicate PlugIns/static.so',
    ])
  })

  it('finds what lies where macOS expects code, and code that is not signed', async () => {
    writeFileSync(at('MacOS/settings.ini'), '')
    mkdirSync(at('Frameworks/python3.14'))
    writeFileSync(at('Frameworks/python3.14/x.py'), '')
    rmSync(at('Frameworks/libcore.dylib'))
    writeFileSync(at('Frameworks/libcore.dylib'), makeDylib({ defines: ['_core'] }))

    const problems = await problemsOf(app)

    expect(problems).toContain('structure MacOS/settings.ini')
    expect(problems).toContain('structure Frameworks/python3.14')
    expect(problems).toContain('signature Frameworks/libcore.dylib')
  })

  it('finds a slice for another system beside one for macOS', async () => {
    const phone = makeDylib({ arch: 'arm64' })
    // `LC_BUILD_VERSION`: `PLATFORM_IOS`.
    phone.writeUInt32LE(2, phone.indexOf(Buffer.from([0x32, 0, 0, 0, 24, 0, 0, 0])) + 8)
    replace('PlugIns/fat.so', makeFat([phone, makeDylib({ arch: 'x86_64' })]))

    expect(await problemsOf(app)).toContain('system PlugIns/fat.so')
  })

  it('finds a library in the place of the program', async () => {
    replace('MacOS/Demo', makeDylib())

    expect(await problemsOf(app)).toContain('structure MacOS/Demo')
  })

  it('finds code that needs a newer system than the app promises', async () => {
    writeFileSync(at('Info.plist'), infoPlist('Demo', { LSMinimumSystemVersion: '10.15' }))

    expect(await problemsOf(app)).toContain('system MacOS/Demo')
    expect(readFileSync(at('Info.plist'), 'utf8')).toContain('10.15')
  })
})
