import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { fixBundle } from '../../src/bundle/fixup.ts'
import { verifyBundle } from '../../src/bundle/verify.ts'
import { createFramework } from '../../src/framework/create.ts'
import { verifyFramework } from '../../src/framework/verify.ts'
import { fixupApp } from '../../src/project/fixup-app.ts'
import { judgeApp, libpython, loading, makeApp } from '../helpers/app.ts'
import { testContext } from '../helpers/context.ts'
import { errorOf } from '../helpers/errors.ts'
import { judgeSeal } from '../helpers/framework-seal.ts'
import { makeRequest, minor } from '../helpers/framework.ts'
import { makeDylib } from '../helpers/make-dylib.ts'
import { askPython } from '../helpers/python.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeUnless } from '../helpers/tools.ts'
import { sha256sum } from '../helpers/tree.ts'

const fix = (app: string): ReturnType<typeof fixBundle> => fixBundle({ emit: () => undefined }, app)

async function problemsOf(app: string): Promise<readonly string[]> {
  const { problems } = await verifyBundle(app)
  return problems.map(({ kind, path }) => `${kind} ${path.replace('Contents/', '')}`)
}

function loop(path: string): void {
  rmSync(path, { recursive: true, force: true })
  symlinkSync(path.slice(path.lastIndexOf('/') + 1), path)
}

describe('links that lead in a circle', () => {
  it('among resources are named, however many there are in it', async () => {
    const { app, at } = await makeApp()
    for (const [name, target] of [
      ['one', 'two'],
      ['two', 'three'],
      ['three', '../Resources/one'],
    ] as const) {
      symlinkSync(target, at(`Resources/${name}`))
    }
    // The way in is a circle, too, and yet leads somewhere.
    symlinkSync('..', at('Resources/up'))

    const { ok, problems } = await fixupApp(testContext(temporaryDirectory()), { app })

    expect(ok).toBe(false)
    const named = ['one', 'three', 'two'].map((name) => `link Resources/${name}`)
    expect(problems.map(({ kind, path }) => `${kind} ${path.replace('Contents/', '')}`)).toEqual(
      named,
    )
    expect(await problemsOf(app)).toEqual(named)
  })

  it.each([
    ['Frameworks/Python.framework/Versions/Current', 'Versions/Current'],
    ['Frameworks/Python.framework', 'Frameworks/Python.framework'],
    ['Frameworks', 'Contents/Frameworks'],
    ['MacOS/Demo', 'MacOS/Demo'],
    ['Info.plist', 'Info.plist'],
    ['_CodeSignature', '_CodeSignature'],
  ])('keep an app from being fixed: %s', async (path, named) => {
    const { app, at } = await makeApp()
    loop(at(path))

    const { code, message } = await errorOf(() => fix(app))

    expect(code).toBe('PYEMBED_BUNDLE_UNFIT')
    expect(message).toContain(named)
  })

  it.each([
    ['Frameworks/Python.framework/Versions/Current', 'structure'],
    ['Frameworks/Python.framework', 'link'],
    ['Frameworks', 'link'],
    ['MacOS/Demo', 'link'],
    ['_CodeSignature', 'link'],
    ['_CodeSignature/CodeResources', 'missing'],
  ])('are found in an app that was fixed: %s', async (path, kind) => {
    const { app, at } = await makeApp()
    await fix(app)
    loop(at(path))

    expect(await problemsOf(app)).toContain(`${kind} ${path}`)
  })

  it('or to a name that is too long are found, too', async () => {
    const { app, at } = await makeApp()
    await fix(app)
    const current = 'Frameworks/Python.framework/Versions/Current'
    rmSync(at(current))
    symlinkSync('x'.repeat(300), at(current))

    expect(await problemsOf(app)).toContain(`structure ${current}`)
    const { problems } = await verifyFramework(at('Frameworks/Python.framework'))
    expect(problems).toMatchObject([{ kind: 'structure', path: 'Versions/Current' }])
  })

  it('are no app and no framework themselves', async () => {
    const root = temporaryDirectory('loops')
    for (const name of ['Demo.app', 'Python.framework']) symlinkSync(name, join(root, name))

    const errors = await Promise.all([
      errorOf(() => fix(join(root, 'Demo.app'))),
      errorOf(() => verifyBundle(join(root, 'Demo.app'))),
      errorOf(() => verifyFramework(join(root, 'Python.framework'))),
    ])

    expect(errors.map(({ code }) => code)).toEqual([
      'PYEMBED_BUNDLE_UNFIT',
      'PYEMBED_BUNDLE_UNFIT',
      'PYEMBED_FRAMEWORK_UNFIT',
    ])
  })
})

it('a damaged program is named', async () => {
  const { app } = await makeApp({ 'MacOS/Demo': makeDylib({ fileType: 2 }).subarray(0, 200) })

  const { code, message } = await errorOf(() => fix(app))

  expect(code).toBe('PYEMBED_BINARY_INVALID')
  expect(message).toContain('`Contents/MacOS/Demo`')
  const { problems } = await verifyBundle(app)
  expect(problems).toContainEqual(
    expect.objectContaining({ path: 'Contents/MacOS/Demo', kind: 'load' }),
  )
})

describe('files that may not be written', () => {
  it('are replaced, code with its mode; and the other names of hard links keep what they had', async () => {
    const { app, at } = await makeApp({
      'PlugIns/plugin.so': loading([`/install/lib/${libpython}`]),
      [`Frameworks/${libpython}`]: makeDylib({ id: `@rpath/${libpython}` }),
    })
    await fix(app)
    writeFileSync(at('Resources/more.txt'), 'The seal is another one.\n')
    writeFileSync(at('PlugIns/plugin.so'), loading([`/install/lib/${libpython}`]))
    const paths = ['PlugIns/plugin.so', 'MacOS/Demo', '_CodeSignature/CodeResources']
    const others = temporaryDirectory('others')
    const before = paths.map((path, index) => {
      chmodSync(at(path), path.startsWith('MacOS') ? 0o555 : 0o444)
      linkSync(at(path), join(others, String(index)))
      return sha256sum(at(path))
    })

    const { written, problems } = await fix(app)

    expect(problems).toEqual([])
    expect(written).toEqual(paths.map((path) => `Contents/${path}`).toSorted())
    expect(paths.slice(0, 2).map((path) => statSync(at(path)).mode & 0o777)).toEqual([0o444, 0o555])
    expect(paths.map((_, index) => sha256sum(join(others, String(index))))).toEqual(before)
    expect(paths.map((path) => sha256sum(at(path)))).not.toEqual(before)
    expect(await problemsOf(app)).toEqual([])
    expect(judgeApp(app)).toEqual([])
  })

  it('of a prefix become a framework that shares nothing with it', async () => {
    const request = makeRequest()
    const library = join(request.prefix, 'lib', libpython)
    const source = join(request.prefix, `lib/python${minor}/os.py`)
    const others = temporaryDirectory('others')
    for (const [index, path] of [library, source].entries()) {
      chmodSync(path, 0o444)
      linkSync(path, join(others, String(index)))
    }
    const before = [library, source].map(sha256sum)
    mkdirSync(request.output)

    await createFramework(testContext(others), request)

    const framework = join(request.output, 'Python.framework')
    expect(judgeSeal(framework)).toEqual([])
    expect([0, 1].map((index) => sha256sum(join(others, String(index))))).toEqual(before)
    const copy = join(framework, `Versions/A/lib/python${minor}/os.py`)
    expect(statSync(copy).ino).not.toBe(statSync(source).ino)
    expect(readFileSync(copy, 'utf8')).toBe(readFileSync(source, 'utf8'))
  })
})

/** What codesign calls resource fork, Finder information, or similar detritus, as far as this system lets one write it. */
const names = ['user.com.apple.FinderInfo', 'user.com.apple.ResourceFork', 'user.comment']

function setAttributes(...paths: readonly string[]): readonly string[] {
  return askPython(
    `
import json, os, sys
paths, names = json.loads(sys.argv[1])
for path in paths:
    for name in names:
        os.setxattr(path, name, b"detritus")
print(json.dumps(paths))`,
    [paths, names],
  )
}

/** Files and folders below a folder that have an attribute. */
function withAttributes(root: string): readonly string[] {
  return askPython(
    `
import json, os, sys
root = json.loads(sys.argv[1])
found = []
for folder, folders, files in os.walk(root):
    for path in [os.path.join(folder, name) for name in folders + files]:
        if os.listxattr(path, follow_symlinks=False):
            found.append(os.path.relpath(path, root))
print(json.dumps(sorted(found)))`,
    root,
  )
}

function lackOfAttributes(): string | undefined {
  try {
    const [name = ''] = names
    askPython(
      `
import json, os, sys, tempfile
with tempfile.NamedTemporaryFile() as file:
    os.setxattr(file.name, json.loads(sys.argv[1]), b"x")
print("null")`,
      name,
    )
    return undefined
  } catch {
    return 'needs a file system for temporary files that has extended attributes'
  }
}

describeUnless(lackOfAttributes(), 'extended attributes', () => {
  it('of a prefix are not in its framework', async () => {
    const request = makeRequest()
    setAttributes(
      join(request.prefix, 'lib', libpython),
      join(request.prefix, `lib/python${minor}/os.py`),
      join(request.prefix, 'lib'),
    )
    mkdirSync(request.output)

    await createFramework(testContext(request.output), request)

    expect(withAttributes(request.output)).toEqual([])
  })

  it('of code that is fixed, and of what is sealed anew, are gone', async () => {
    const { app, at } = await makeApp({
      'PlugIns/plugin.so': loading([`/install/lib/${libpython}`]),
      'Resources/notes.txt': 'notes\n',
    })
    setAttributes(at('PlugIns/plugin.so'), at('MacOS/Demo'), at('Resources/notes.txt'))

    await fix(app)

    // What is not written keeps them: docs/macos.md says how they go.
    expect(withAttributes(app)).toEqual(['Contents/Resources/notes.txt'])
    expect(await problemsOf(app)).toEqual([])
  })
})
