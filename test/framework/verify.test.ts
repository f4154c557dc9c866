import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { bytesOf } from '../../src/binary/bytes.ts'
import { readMacho } from '../../src/binary/macho/macho.ts'
import { cdHashes } from '../../src/binary/macho/signature/pages.ts'
import { readSignature } from '../../src/binary/macho/signature/read.ts'
import { sealMacho } from '../../src/binary/macho/signature/seal.ts'
import { createFramework } from '../../src/framework/create.ts'
import { verifyFramework } from '../../src/framework/verify.ts'
import { testContext } from '../helpers/context.ts'
import { compareText } from '../../src/text/json.ts'
import { codeOf } from '../helpers/errors.ts'
import { makeRequest, minor } from '../helpers/framework.ts'
import { makeDylib, makeFat } from '../helpers/make-dylib.ts'
import { findNpmPackage } from '../helpers/npm-package.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

const stdlib = `lib/python${minor}`

async function makeFramework(
  more: Readonly<Record<string, string | Buffer>> = {},
): Promise<{ readonly framework: string; readonly at: (path: string) => string }> {
  const request = makeRequest(more)
  const { framework } = await createFramework(testContext(temporaryDirectory()), request)
  return { framework, at: (path) => join(framework, 'Versions/A', path) }
}

async function verify(framework: string): Promise<readonly string[]> {
  const { ok, problems } = await verifyFramework(framework)
  expect(ok).toBe(problems.length === 0)
  return (
    problems
      .map(({ path, kind }) => `${kind} ${path.replace('Versions/A/', '')}`)
      // The programs of makeDylib begin nowhere, and name no loader.
      .filter((problem) => problem !== `load bin/python${minor}`)
  )
}

function flip(path: string, offset: number): void {
  const bytes = readFileSync(path)
  const at = offset < 0 ? bytes.length + offset : offset
  bytes[at] = (bytes[at] ?? 0) ^ 1
  rmSync(path)
  writeFileSync(path, bytes)
}

const dylib = (...args: Parameters<typeof makeDylib>): Buffer =>
  sealMacho(makeDylib(...args), { identifier: 'x' })

const load = (name: string, rpaths: readonly string[] = []): Buffer =>
  makeDylib({ fileType: 8, loads: [['load', name]], rpaths, room: 200 })

describe('verifyFramework', () => {
  it('finds nothing wrong with what pyembed makes', async () => {
    const { framework } = await makeFramework()

    expect(await verify(framework)).toEqual([])
  })

  it('finds nothing wrong with what Xcode makes, but a folder of its author’s', async () => {
    const folder = 'build/RelWithDebInfo/NativeScript.apple.node/macos-arm64/NativeScript.framework'
    const framework = join(temporaryDirectory(), 'NativeScript.framework')
    const unpacked = await findNpmPackage('@nativescript/macos-node-api', '0.4.0')
    cpSync(join(unpacked, folder), framework, {
      recursive: true,
    })
    // npm drops links.
    symlinkSync('0.1.0', join(framework, 'Versions/Current'))
    for (const name of ['NativeScript', 'Headers', 'Resources']) {
      symlinkSync(`Versions/Current/${name}`, join(framework, name))
    }

    const ofAuthor = {
      path: 'Versions/0.1.0/NativeScript',
      kind: 'build-path',
      detail:
        'its run-time path `/Users/jamie/Documents/git/napi-ios/NativeScript/libffi/macosx-universal` leads out of the framework',
    }
    expect((await verifyFramework(framework)).problems).toEqual([ofAuthor])
    flip(join(framework, 'Versions/0.1.0/NativeScript'), 100_000)
    expect((await verifyFramework(framework)).problems).toEqual([
      ofAuthor,
      {
        path: 'Versions/0.1.0/NativeScript',
        kind: 'signature',
        detail: '16384 bytes are not what was signed (arm64, at 98304)',
      },
    ])
  })

  it.each([
    ['the header', 'Python', 30, 'signature Python'],
    ['a page in the middle', 'Python', 20_000, 'signature Python'],
    ['the signature', 'Python', -100, 'signature Python'],
    ['Info.plist', 'Resources/Info.plist', 300, 'changed Resources/Info.plist'],
    ['CodeResources', '_CodeSignature/CodeResources', -200, 'signature Python'],
    ['a module', `${stdlib}/os.py`, 3, `changed ${stdlib}/os.py`],
    ['a program', `bin/python${minor}`, 20_000, `signature bin/python${minor}`],
    ['a header', `include/python${minor}/Python.h`, 0, `changed include/python${minor}/Python.h`],
  ])('finds a bit of %s that is another', async (_, path, offset, problem) => {
    const { framework, at } = await makeFramework()

    flip(at(path), offset)

    expect(await verify(framework)).toContain(problem)
  })

  it('finds any bit of the signature of its own file', async () => {
    const { framework, at } = await makeFramework()
    const sealed = readFileSync(at('Python'))
    const [slice] = readMacho(bytesOf(sealed)).slices
    if (slice === undefined) throw new Error('there is no slice')
    const { offset = 0 } = readSignature(bytesOf(sealed), slice) ?? {}

    const missed: number[] = []
    for (let place = offset; place < sealed.length; place += 7) {
      const bytes = Buffer.from(sealed)
      bytes[place] = (bytes[place] ?? 0) ^ 0x10
      writeFileSync(at('Python'), bytes)
      if ((await verify(framework)).length === 0) missed.push(place - offset)
    }

    expect(sealed.length - offset).toBeGreaterThan(300)
    expect(missed).toEqual([])
  })

  it('finds what was added, removed and linked elsewhere', async () => {
    const { framework, at } = await makeFramework()
    writeFiles(at('.'), { [`${stdlib}/__pycache__/new.cpython-399.pyc`]: 'code' })
    rmSync(at(`include/python${minor}/Python.h`))
    rmSync(at('bin/python3'))
    symlinkSync('tool', at('bin/python3'))
    writeFiles(at('.'), { 'LICENSE.txt': 'loose' })

    expect(await verify(framework)).toEqual([
      'extra LICENSE.txt',
      'structure LICENSE.txt',
      'link bin/python3',
      `missing include/python${minor}/Python.h`,
      `extra ${stdlib}/__pycache__/new.cpython-399.pyc`,
    ])
  })

  it('takes code where macOS expects it only as it was sealed', async () => {
    const { framework, at } = await makeFramework()
    const seal = at('_CodeSignature/CodeResources')
    writeFiles(at('.'), { 'Helpers/tool': dylib(), 'Helpers/cut.dylib': dylib().subarray(0, 9000) })
    expect(await verify(framework)).toEqual([
      'extra Helpers/cut.dylib',
      'load Helpers/cut.dylib',
      'load Helpers/cut.dylib',
      'signature Helpers/cut.dylib',
      'extra Helpers/tool',
    ])

    rmSync(at('Helpers/cut.dylib'))
    const [hash] = cdHashes(bytesOf(dylib()))
    const entry = `<key>Helpers/tool</key><dict><key>cdhash</key><data>${hash?.cdHash.toString('base64') ?? ''}</data></dict>`
    const text = readFileSync(seal, 'utf8')
    writeFileSync(seal, text.replace('<key>files2</key>\n\t<dict>', `$&${entry}`))
    // CodeResources itself is signed.
    expect(await verify(framework)).toEqual(['signature Python'])

    writeFileSync(at('Helpers/tool'), sealMacho(makeDylib(), { identifier: 'other' }))
    expect(await verify(framework)).toEqual(['changed Helpers/tool', 'signature Python'])
  })

  it('finds links that were flattened, and what lies at the root', async () => {
    const { framework } = await makeFramework()
    const at = (path: string): string => join(framework, path)
    rmSync(at('Resources'))
    cpSync(at('Versions/A/Resources'), at('Resources'), { recursive: true })
    rmSync(at('Python'))
    copyFileSync(at('Versions/A/Python'), at('Python'))
    rmSync(at('Headers'))
    symlinkSync('/usr/include', at('Headers'))
    writeFileSync(at('LICENSE'), '')
    mkdirSync(at('Versions/B'))

    expect(await verify(framework)).toEqual([
      'structure Headers',
      'structure LICENSE',
      'structure Python',
      'structure Resources',
      'structure Versions/B',
    ])

    rmSync(at('Versions/Current'))
    renameSync(at('Versions/B'), at('Versions/Current'))
    expect(await verify(framework)).toEqual(['structure Versions/Current'])
  })

  it('finds load commands that lead nowhere, elsewhere, or to another architecture', async () => {
    const { framework } = await makeFramework({
      'lib/libx86.dylib': makeDylib({ arch: 'x86_64' }),
      [`${stdlib}/right.so`]: load('@rpath/libx86.dylib/../libright.dylib', ['@loader_path/..']),
      'lib/libright.dylib': makeDylib(),
      [`${stdlib}/deep.so`]: load('@loader_path/../../libright.dylib'),
      [`${stdlib}/lost.so`]: load('@rpath/liblost.dylib', ['@loader_path/..']),
      [`${stdlib}/none.so`]: load('@rpath/libright.dylib'),
      [`${stdlib}/gone.so`]: load('@loader_path/gone/../../libright.dylib'),
      [`${stdlib}/brew.so`]: load('/opt/homebrew/lib/libffi.8.dylib'),
      [`${stdlib}/bare.so`]: load('libright.dylib'),
      [`${stdlib}/other.so`]: load('@loader_path/../libx86.dylib'),
      [`${stdlib}/text.so`]: load('@loader_path/os.py'),
      [`${stdlib}/weak.so`]: makeDylib({ fileType: 8, loads: [['weak', '@loader_path/gone']] }),
      [`${stdlib}/program.so`]: load('@executable_path/../lib/libright.dylib'),
    })

    const problems = await verify(framework)

    expect([...problems].sort(compareText)).toEqual(
      ['bare', 'brew', 'deep', 'gone', 'lost', 'none', 'other', 'right', 'text'].map(
        (name) => `library ${stdlib}/${name}.so`,
      ),
    )
  })

  it('finds a link that leads below a file', async () => {
    const { framework, at } = await makeFramework()
    symlinkSync('../Python/below', at('bin/lost'))

    expect(await verify(framework)).toContain('link bin/lost')
  })

  it('finds code that is not signed, and names and paths of build machines', async () => {
    const { framework, at } = await makeFramework({ 'lib/plain.so': makeDylib({ fileType: 8 }) })
    writeFileSync(at('lib/plain.so'), makeDylib({ fileType: 8 }))
    writeFileSync(
      at(`${stdlib}/lib-dynload/fat.so`),
      makeFat([dylib(), makeDylib({ arch: 'x86_64' })]),
    )
    writeFileSync(at('lib/named.dylib'), dylib({ id: '/build/x.dylib', rpaths: ['/opt/build'] }))

    expect(await verify(framework)).toEqual([
      'build-path lib/named.dylib',
      'build-path lib/named.dylib',
      'extra lib/named.dylib',
      'changed lib/plain.so',
      'load lib/plain.so',
      'signature lib/plain.so',
      `changed ${stdlib}/lib-dynload/fat.so`,
      `signature ${stdlib}/lib-dynload/fat.so`,
    ])
  })

  it.each(['B', '..', '.', '../Versions/A', '/tmp', 'Current', 'file'])(
    'finds a current version that is %s',
    async (target) => {
      const { framework } = await makeFramework()
      writeFileSync(join(framework, 'Versions/file'), '')
      rmSync(join(framework, 'Versions/Current'))
      symlinkSync(target, join(framework, 'Versions/Current'))

      expect(await verify(framework)).toContain('structure Versions/Current')
    },
  )

  it('finds code that needs a newer system than the bundle promises', async () => {
    const { framework, at } = await makeFramework()
    const plist = readFileSync(at('Resources/Info.plist'), 'utf8')
    // makeDylib's are for 11.0.
    expect(plist).toContain('<string>11.0</string>')
    writeFileSync(at('Resources/Info.plist'), plist.replace('>11.0<', '>10.15.4<'))

    const { problems } = await verifyFramework(framework)

    expect(problems).toContainEqual({
      path: 'Versions/A/Python',
      kind: 'system',
      detail: 'it needs macOS 11.0, and `LSMinimumSystemVersion` is 10.15.4',
    })
    expect(problems.filter(({ kind }) => kind === 'system')).toHaveLength(3)
  })

  it.each([
    ['that names another file', 'Python</string>', 'passwd</string>'],
    ['of an app', 'FMWK', 'APPL'],
    ['that cannot be read', '</dict>', ''],
  ])('finds an Info.plist %s', async (_, from, to) => {
    const { framework, at } = await makeFramework()
    const text = readFileSync(at('Resources/Info.plist'), 'utf8')
    writeFileSync(at('Resources/Info.plist'), text.replace(from, to))

    expect(await verify(framework)).toContain('changed Resources/Info.plist')
    expect((await verify(framework)).length).toBeGreaterThan(1)
  })

  it('finds a seal that is gone or damaged, and a framework without its file', async () => {
    const { framework, at } = await makeFramework()
    const seal = at('_CodeSignature/CodeResources')
    const whole = readFileSync(seal, 'utf8')
    writeFileSync(seal, whole.slice(0, 1000))
    expect(await verify(framework)).toEqual([
      'signature Python',
      'seal _CodeSignature/CodeResources',
    ])

    rmSync(seal)
    rmSync(at('Python'))
    const problems = await verify(framework)
    expect(problems).toContain('missing _CodeSignature/CodeResources')
    expect(problems).toContain('missing Python')
    expect(problems).toContain(`link lib/libpython${minor}.dylib`)
  })

  it('says that there is no framework', async () => {
    const path = join(temporaryDirectory(), 'Python.framework')

    expect(await codeOf(() => verifyFramework(path))).toBe('PYEMBED_FRAMEWORK_UNFIT')
    mkdirSync(path)
    expect(await verify(path)).toEqual(['structure Versions/Current'])
    expect(basename(dirname(path))).not.toBe('')
  })
})
