import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { bytesOf } from '../../src/binary/bytes.ts'
import { readMacho } from '../../src/binary/macho/macho.ts'
import { readSignature } from '../../src/binary/macho/signature/read.ts'
import { fixBundle } from '../../src/bundle/fixup.ts'
import { verifyBundle } from '../../src/bundle/verify.ts'
import { hasErrorCode } from '../../src/errors.ts'
import { mayBeCode } from '../../src/framework/code.ts'
import { verifyFramework } from '../../src/framework/verify.ts'
import { walkFiles } from '../../src/fs/walk.ts'
import { writePlist } from '../../src/text/plist.ts'
import { makeDylib } from '../helpers/make-dylib.ts'
import { writeFiles } from '../helpers/tree.ts'
import type { Kind, Seed } from './kinds.ts'
import { mutateBytes, oddTexts } from './mutate.ts'
import type { Random } from './random.ts'

/** A whole bundle as one input: text of JSON, with the bytes of each file in base64. */
interface Tree {
  readonly files: Readonly<Record<string, string>>
  readonly links: Readonly<Record<string, string>>
}

const framework = 'Contents/Frameworks/Python.framework'
const libpython = 'libpython3.14.dylib'

/** An app and the framework in it, sealed; one file or link of which is another one. */
export async function bundleKinds(): Promise<readonly Kind[]> {
  const root = mkdtempSync(join(tmpdir(), 'pyembed-fuzz-bundle-'))
  const app = join(root, 'Demo.app')
  writeApp(app)
  await fixBundle(silent, app)
  const kinds = [
    bundleKind('app', readTree(app), verifyBundle),
    bundleKind('framework', readTree(join(app, framework)), verifyFramework),
  ]
  rmSync(root, { recursive: true })
  return kinds
}

const silent = { emit: () => undefined }

function bundleKind(
  name: 'app' | 'framework',
  sound: Tree,
  verify: (folder: string) => Promise<{ readonly ok: boolean }>,
): Kind {
  return {
    name,
    seeds: [{ name: `${name}.json`, data: Buffer.from(JSON.stringify(sound)) }],
    mutate: (input, random) =>
      Buffer.from(JSON.stringify(mutateTree(JSON.parse(input.toString()) as Tree, random))),
    read: async ({ data }: Seed, sandbox) => {
      const folder = join(sandbox, 'tree')
      const tree = JSON.parse(data.toString()) as Tree
      writeTree(folder, tree)
      const ok = await verify(folder).then(
        (found) => found.ok,
        (error: unknown) => {
          // What is no bundle any more is an error; of all else there is a list.
          if (hasErrorCode(error, 'PYEMBED_BUNDLE_UNFIT')) return false
          throw new Error('it ends with an error', { cause: error })
        },
      )
      const changed = changeOf(sound, tree)
      if (ok && changed !== undefined) throw new Error(`it finds nothing wrong with ${changed}`)
      if (!ok && JSON.stringify(tree) === JSON.stringify(sound)) throw new Error('it is not sound')
      if (name === 'app') await fixBundle(silent, folder)
    },
  }
}

/** The file or link that differs in what is sealed. */
function changeOf(sound: Tree, { files, links }: Tree): string | undefined {
  const link = Object.keys(sound.links).find((path) => links[path] !== sound.links[path])
  return (
    link ??
    Object.keys(sound.files).find((path) => {
      const [before, after] = [sound, { files }].map((tree) =>
        Buffer.from(tree.files[path] ?? '', 'base64'),
      ) as [Buffer, Buffer]
      const end = sealedEnd(before)
      return (
        !before.subarray(0, end).equals(after.subarray(0, end)) ||
        (end === before.length && after.length > end)
      )
    })
  )
}

/** Of code all up to its signature is sealed: in there is room for what nothing depends on. */
function sealedEnd(bytes: Buffer): number {
  if (!mayBeCode(bytes)) return bytes.length
  const file = bytesOf(bytes)
  const [slice] = readMacho(file).slices
  return (slice && readSignature(file, slice)?.offset) ?? bytes.length
}

function mutateTree({ files, links }: Tree, random: Random): Tree {
  if (random.chance(0.15)) {
    const path = random.pick(Object.keys(links))
    const target = mutateBytes(
      Buffer.from(links[path] ?? ''),
      random,
      Buffer.from(random.pick(oddTexts)),
    )
    // No system has a link of these.
    const text = target.toString().replaceAll('\0', '').slice(0, 1000)
    return { files, links: { ...links, [path]: text === '' ? '.' : text } }
  }
  const path = random.pick(Object.keys(files))
  const other = files[random.pick(Object.keys(files))] ?? ''
  const bytes = Buffer.from(files[path] ?? '', 'base64')
  const changed = mutateBytes(bytes, random, Buffer.from(other, 'base64'))
  return { files: { ...files, [path]: changed.toString('base64') }, links }
}

function readTree(root: string): Tree {
  const all = [...walkFiles(root)].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const read = (isLink: boolean, content: (path: string) => string): Record<string, string> =>
    Object.fromEntries(
      all.flatMap((each) =>
        each.isLink === isLink ? [[each.path, content(join(root, each.path))]] : [],
      ),
    )
  return {
    files: read(false, (path) => readFileSync(path, 'base64')),
    links: read(true, (path) => readlinkSync(path)),
  }
}

function writeTree(root: string, { files, links }: Tree): void {
  const contents = Object.entries(files).map(
    ([path, content]) => [path, Buffer.from(content, 'base64')] as const,
  )
  writeFiles(root, Object.fromEntries(contents))
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    symlinkSync(target, join(root, path))
  }
}

function writeApp(app: string): void {
  const version = `${framework}/Versions/A`
  writeTree(app, {
    files: {},
    links: {
      [`${framework}/Versions/Current`]: 'A',
      [`${framework}/Python`]: 'Versions/Current/Python',
      [`${framework}/Resources`]: 'Versions/Current/Resources',
      [`${version}/lib/${libpython}`]: '../Python',
    },
  })
  writeFiles(app, {
    'Contents/Info.plist': info('Demo', 'APPL'),
    'Contents/MacOS/Demo': code(2, `@rpath/${libpython}`),
    'Contents/PlugIns/plugin.so': code(8, `/install/lib/${libpython}`),
    'Contents/Resources/a.txt': 'A resource.\n',
    [`${version}/Resources/Info.plist`]: info('Python', 'FMWK'),
    [`${version}/Python`]: makeDylib({
      codeSize: 1,
      room: 300,
      id: '@rpath/Python.framework/Versions/A/Python',
    }),
    [`${version}/lib/python3.14/os.py`]: 'name = "posix"\n',
    [`${version}/lib/python3.14/lib-dynload/_x.so`]: code(8, '/usr/lib/libSystem.B.dylib'),
  })
}

function info(name: string, type: string): string {
  return writePlist(
    new Map([
      ['CFBundleExecutable', name],
      ['CFBundleIdentifier', `org.example.${name}`],
      ['CFBundlePackageType', type],
      ['LSMinimumSystemVersion', '12.0'],
    ]),
  )
}

function code(fileType: number, name: string): Buffer {
  return makeDylib({ fileType, codeSize: 1, room: 300, loads: [['load', name]] })
}
