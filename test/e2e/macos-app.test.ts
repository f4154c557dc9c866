import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { judgeApp } from '../helpers/app.ts'
import { cliPath, runCli } from '../helpers/cli.ts'
import { differences } from '../helpers/deploy.ts'
import { runIn } from '../helpers/example.ts'
import { judgeCode } from '../helpers/framework-seal.ts'
import { findLoads } from '../helpers/macos-loads.ts'
import { type MacArchitecture, makeMacToolchain } from '../helpers/macos-toolchain.ts'
import { sharedProject } from '../helpers/prefix.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { listTree } from '../helpers/tree.ts'
import { builds } from './pythons.ts'

const source = fileURLToPath(new URL('../cmake/macos-app', import.meta.url))
const name = 'My Work$bench.app'
const libpython = 'Contents/Frameworks/Python.framework/Versions/A/Python'

/** Configures and builds the app in `directory`. */
async function makeApp(
  directory: string,
  { build }: { readonly build: string },
  arch: MacArchitecture,
  ...more: readonly string[]
): Promise<void> {
  const { options, env } = await makeMacToolchain(`${directory} toolchain`, arch)
  const pin = `-DPIN=${join(sharedProject(build), '.pyembed')}`
  // Not the command of the shared project, which the build of another branch may have written.
  const command = `-DPYEMBED_COMMAND=${process.execPath};${cliPath}`
  const configure = ['cmake', '-Werror=dev', '-S', source, '-B', directory, '-G', 'Ninja']
  await runIn('/', [...configure, ...options, pin, command, ...more], env)
  await runIn('/', ['cmake', '--build', directory], env)
}

/** Nothing keeps macOS from running the app, as far as it can be seen from here. */
async function expectReady(app: string): Promise<void> {
  const loads = [...findLoads(app), ...findLoads(app, { alone: true })]
  expect(loads.filter(({ finds }) => finds === undefined)).toEqual([])
  const ofPython = loads.filter(({ finds }) => finds === libpython).map(({ path }) => path)
  expect(ofPython).toEqual(
    expect.arrayContaining(
      ['MacOS/My Work$bench', 'Frameworks/libshapes.dylib', 'PlugIns/libautoload.so'].map(
        (path) => `Contents/${path}`,
      ),
    ),
  )
  expect(loads.filter(({ name: each }) => each.startsWith('/'))).toEqual([])
  expect(judgeApp(app)).toEqual([])
  const { files, bad } = judgeCode(app)
  expect(bad).toEqual([])
  expect(files).toBeGreaterThan(20)

  const framework = join(app, 'Contents/Frameworks/Python.framework')
  const verified = await runCli(['framework', 'verify', framework])
  expect(verified.stderr + verified.stdout).toMatch(/sealed, signed and complete/)
  const again = await runCli(['fixup', app, '--json'])
  const fixed = JSON.parse(again.stdout) as { symbols: { checked: number } }
  expect(fixed).toMatchObject({ ok: true, problems: [], written: [] })
  expect(fixed.symbols.checked).toBeGreaterThan(30)
}

/** All that a tree is, but times. */
function contentOf(root: string): Promise<string> {
  const list = `find . -printf '%P %y %m %l\\n' | sort; find . -type f -exec sha256sum {} + | sort`
  return runIn(root, ['sh', '-c', list])
}

describeWithTools(
  ['cmake', 'ninja', 'clang-19', 'ld64.lld-19', 'llvm-install-name-tool-19', 'llvm-objdump-19'],
  'an app for macOS, built here',
  () => {
    const root = makeDirectory('macos-app')
    const at = (...names: string[]): string => join(root.path, ...names)
    afterAll(() => root.remove())

    // What is packed below is the first one for arm64; bundle.test.ts has the other two.
    describe.each([
      { python: builds[0], arch: 'x86_64' as const },
      { python: builds[1], arch: 'arm64' as const },
    ])('with Python $python.version, for $arch', ({ python, arch }) => {
      const tree = at(`${python.minor} ${arch}`)
      const installed = at(`${python.minor} ${arch} installed`)
      beforeAll(async () => {
        // zig's C++ library takes a minute for each architecture.
        const program = `-DPROGRAM=main.${arch === 'arm64' ? 'cpp' : 'c'}`
        await makeApp(tree, python, arch, program)
        await runIn('/', ['cmake', '--install', tree, '--prefix', installed])
      })
      afterAll(() => {
        rmSync(tree, { recursive: true, force: true })
        rmSync(installed, { recursive: true, force: true })
      })

      it('is complete when it is installed', async () => {
        const contents = join(installed, name, 'Contents')
        expect(readdirSync(join(contents, 'Resources')).sort()).toEqual([
          'modules',
          'pyembed-app.json',
          'pyembed-licenses.json',
        ])
        const app = readFileSync(join(contents, 'Resources/pyembed-app.json'), 'utf8')
        const { prefix } = JSON.parse(app) as { prefix: string }
        const stdlib = join(contents, 'Resources', prefix, 'lib', `python${python.minor}`)
        expect(existsSync(join(stdlib, 'os.py'))).toBe(true)
        expect(existsSync(join(stdlib, 'site-packages/numpy'))).toBe(true)
        expect(existsSync(join(stdlib, 'test'))).toBe(false)
        expect(existsSync(join(stdlib, 'site-packages/pip'))).toBe(false)
        await expectReady(join(installed, name))
      })
    })

    it.each([
      ['which leaves Python alone when it is told to', 'GUARDED', []],
      ['of whose copy of Python a link is left', 'ON', ['libpython3.14.dylib']],
    ])('after fixup_bundle() of CMake, %s', async (_, mode, more) => {
      const tree = at(`bundled ${mode}`)
      await makeApp(tree, builds[0], 'arm64', `-DBUNDLE_UTILITIES=${mode}`)
      const tools = at(`bin ${mode}`)
      mkdirSync(tools)
      for (const tool of ['otool', 'install-name-tool']) {
        const program = await runIn('/', ['sh', '-c', `command -v llvm-${tool}-19`])
        symlinkSync(program.trim(), join(tools, tool.replaceAll('-', '_')))
      }
      const env = { PATH: `${tools}:${process.env['PATH']}` }

      const output = await runIn('/', ['cmake', '--install', tree, '--prefix', `${tree} app`], env)

      expect(output).toMatch(/fixup_bundle: done/)
      const frameworks = join(`${tree} app`, name, 'Contents/Frameworks')
      expect(readdirSync(frameworks).toSorted()).toEqual([
        'Python.framework',
        ...more,
        'libshapes.dylib',
      ])
      await expectReady(join(`${tree} app`, name))
    })

    describe('installed and packed', () => {
      const [python] = builds
      const tree = at('packed')
      const whole = at('whole')
      const cpack = (folder: string, ...options: readonly string[]): Promise<string> =>
        runIn(tree, ['cpack', '-G', 'TZST', '-B', at(folder), ...options])
      const unpack = async (folder: string, file: string): Promise<string> => {
        const into = at(`${folder} unpacked é`)
        mkdirSync(into)
        await runIn(into, ['cmake', '-E', 'tar', 'xf', join(at(folder), file)])
        return into
      }
      beforeAll(async () => {
        await makeApp(tree, python, 'arm64')
        await runIn('/', ['cmake', '--install', tree, '--prefix', whole])
      })

      it('is the same when it is installed twice, or in place of one that was damaged', async () => {
        const install = ['cmake', '--install', tree, '--prefix', whole]
        const first = await contentOf(whole)
        await runIn('/', install)
        expect(await contentOf(whole)).toBe(first)

        const version = join(whole, name, 'Contents/Frameworks/Python.framework/Versions/A')
        writeFileSync(join(version, 'lib', `python${python.minor}`, 'left.pyc'), '')
        rmSync(join(version, 'bin'), { recursive: true })
        await runIn('/', install)
        expect(await contentOf(whole)).toBe(first)
      })

      it('as one archive', async () => {
        await cpack('one')

        const home = join(
          await unpack('one', 'workbench-1.2-Darwin.tar.zst'),
          'workbench-1.2-Darwin',
        )
        expect(await differences(home, whole)).toBe('')
        await expectReady(join(home, name))
      })

      it('as an archive for each component', async () => {
        await cpack('components', '-D', 'CPACK_ARCHIVE_COMPONENT_INSTALL=ON')

        const home = await unpack('components', 'workbench-1.2-Darwin-app.tar.zst')
        expect(readdirSync(home)).toEqual([name])
        expect(await differences(join(home, name), join(whole, name))).toBe('')
      })

      it('after an install of components into DESTDIR', async () => {
        const env = { DESTDIR: at('destdir') }
        const install = ['cmake', '--install', tree, '--prefix', '/opt/workbench', '--component']

        await runIn('/', [...install, 'doc'], env)
        expect(readdirSync(at('destdir/opt/workbench'))).toEqual(['doc'])
        await runIn('/', [...install, 'app'], env)

        expect(await differences(at('destdir/opt/workbench'), whole)).toBe('')
      })

      it('but not when it was made unfit after it was installed', async () => {
        const script = join(tree, 'spoil.cmake')
        writeFileSync(
          script,
          'file(REMOVE "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/My Work$bench.app/Contents/Frameworks/libshapes.dylib")\n',
        )
        const config = join(tree, 'Spoiled.cmake')
        writeFileSync(
          config,
          `include("${tree}/CPackConfig.cmake")\nlist(PREPEND CPACK_PRE_BUILD_SCRIPTS "${script}")\n`,
        )

        const error = await cpack('spoiled', '--config', config).catch(String)

        expect(error).toMatch(/libshapes\.dylib/)
        expect(error.replaceAll(/\s+/g, ' ')).toMatch(/would not find its Python, or is not compl/)
        expect(existsSync(at('spoiled', 'workbench-1.2-Darwin.tar.zst'))).toBe(false)
      })

      describe('with parts in other components', () => {
        const split = at('split')
        beforeAll(() => makeApp(split, python, 'arm64', '-DSPLIT=ON'))

        it('not in packages for each component, of which none is whole', async () => {
          const options = ['-B', at('parts'), '-D', 'CPACK_ARCHIVE_COMPONENT_INSTALL=ON']

          const error = await runIn(split, ['cpack', '-G', 'TZST', ...options]).catch(String)

          expect(error.replaceAll(/\s+/g, ' ')).toMatch(/is a part of .* in a package of its own/)
          expect(readdirSync(at('parts'))).toEqual(['_CPack_Packages'])
        })

        it('in one tree for all components, as the generator DragNDrop stages them', async () => {
          // cmCPackDragNDropGenerator, which only runs on a Mac.
          const stage = at('stage [1]')
          for (const component of ['app', 'doc', 'libraries', 'plugins']) {
            const define = [
              `-DCMAKE_INSTALL_PREFIX=${stage}/ALL_IN_ONE`,
              `-DCMAKE_INSTALL_COMPONENT=${component}`,
            ]
            await runIn(split, ['cmake', ...define, '-P', 'cmake_install.cmake'])
          }
          const fix = ['cmake', `-DCPACK_TEMPORARY_INSTALL_DIRECTORY=${stage}`]
          const all = '-DCPACK_COMPONENTS_ALL=app;doc;libraries;plugins'
          await runIn(split, [...fix, all, '-P', 'python.pyembed/fix_package.cmake'])

          await expectReady(join(stage, 'ALL_IN_ONE', name))
          expect(listTree(join(stage, 'ALL_IN_ONE'))).toEqual(listTree(whole))
        })
      })
    })
  },
)
