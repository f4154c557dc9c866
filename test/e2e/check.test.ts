import { appendFileSync, copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import type { CheckReport } from '../../src/check/report.ts'
import { check } from '../helpers/check.ts'
import { cliPath, runCli } from '../helpers/cli.ts'
import { copyExample, build as buildExample, runIn, sync } from '../helpers/example.ts'
import { copyTree, sharedResult } from '../helpers/prefix.ts'
import { linux, windows, writeManifest } from '../helpers/project.ts'
import { makeDirectory, temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'

const shapes = fileURLToPath(new URL('../cmake/check', import.meta.url))

/** Problems as `kind where path`, so that a test sees all there are. */
function problemsOf({ problems }: CheckReport): readonly string[] {
  return problems.map(({ kind, where, path }) => `${kind} ${where} ${path}`)
}

describeWithTools(['cmake', 'ninja', 'cc'], 'check', () => {
  const { path: root, remove } = makeDirectory('check')
  const project = join(root, "pro'ject é")
  const build = join(project, 'build')
  /** A same-minor bait: the very files, elsewhere. */
  const bait = join(root, 'bait')
  const lib = 'lib/libpython3.14.so.1.0'
  const include = 'include/python3.14'

  const configure = async (leak: string, ...more: readonly string[]): Promise<void> => {
    const args = ['-Werror=dev', `-DLEAK=${leak}`, `-DBAIT=${bait}`, ...more]
    const generator = ['-G', 'Ninja Multi-Config', '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON']
    await runIn(project, ['cmake', '-S', '.', '-B', 'build', ...generator, ...args])
  }
  const make = (): Promise<string> => runIn(project, ['cmake', '--build', 'build'])

  beforeAll(async () => {
    cpSync(shapes, project, { recursive: true })
    writeManifest(project)
    await copyTree(sharedResult('20260610', linux).prefix, bait)
    await sync(project, inject('cliEnv'))
  })
  afterAll(remove)

  it('says what is missing: a build of pyembed, an answer of CMake, something that was built', async () => {
    const notPinned = await runCli(['check', project])
    await configure('none')
    const notBuilt = await runCli(['check', build])
    rmSync(join(build, '.cmake/api/v1/reply'), { recursive: true, force: true })
    const notDescribed = await runCli(['check', build])
    await configure('none')
    const described = await runCli(['check', build])

    expect(notPinned.stderr).toContain('error[PYEMBED_BUILD_NOT_PINNED]')
    // CMake 3.27 describes a build at once, older ones when they configure it for the second time.
    expect(notBuilt.stderr).toMatch(/error\[PYEMBED_(?:CHECK_EMPTY|FILE_API_MISSING)\]/)
    expect(notDescribed.stderr).toContain('error[PYEMBED_FILE_API_MISSING]')
    expect(notDescribed.stderr).toContain(`cmake "${build}"`)
    expect(described.stderr).toContain('error[PYEMBED_CHECK_EMPTY]')
    expect(described.stderr).toContain(`cmake --build "${build}"`)
    expect([notPinned, notBuilt, notDescribed, described].map(({ exitCode }) => exitCode)).toEqual([
      1, 1, 1, 1,
    ])
  })

  it('passes a build of every shape, and counts what it saw', async () => {
    await make()

    const report = await check(build)

    expect(problemsOf(report)).toEqual([])
    // Three configurations of six targets, and of one of the build below.
    expect(report).toMatchObject({
      ok: true,
      configurations: ['Debug', 'Release', 'RelWithDebInfo'],
    })
    expect(report.targets).toBe(21)
    expect(report.nested).toEqual([{ path: 'inner-prefix/src/inner-build', fileApi: true }])
    expect(report.includes).toBeGreaterThanOrEqual(21)
    expect(report.links).toBeGreaterThanOrEqual(9)
    expect(report.binaries).toBe(6)
    expect(new Set(report.pythons.map(({ owner }) => owner))).toEqual(new Set(['pinned']))
    expect(await runIn(build, ['ctest', '-C', 'Debug', '--output-on-failure'])).toContain(
      '100% tests passed',
    )
  })

  it('finds a leak in a configuration that was not built', async () => {
    await configure('one-configuration')
    await make()

    const report = await check(build)

    expect(problemsOf(report)).toEqual([
      `include module (Release) ${bait}/${include}`,
      `include compile_commands.json ${bait}/${include}`,
    ])
    expect((await check(build, '--allow', bait)).ok).toBe(true)
    expect((await runCli(['check', build])).stdout).toMatch(
      /, with 1 further build\n[^]*^In 2 places this build uses another Python than cpython-3\.14/m,
    )
    await expect(runIn(build, ['ctest', '-C', 'Debug'])).rejects.toThrow(/only-ours/)
  })

  it('finds what was swapped after the build: a program, a library under another name, the Python itself', async () => {
    const minor = sharedResult('20241219', linux).prefix
    await configure('none')
    await make()
    expect(problemsOf(await check(build))).toEqual([])
    const app = join(build, 'Debug', 'app')
    copyFileSync(app, join(root, 'app'))

    // The bait comes first in its RPATH, ours second: names and link lines of CMake say nothing of it.
    const rpath = `-Wl,-rpath,${bait}/lib:${build}/python/lib`
    await execa('cc', [
      join(project, 'main.c'),
      `-I${bait}/${include}`,
      `${build}/python/${lib}`,
      rpath,
      '-o',
      app,
    ])
    expect(problemsOf(await check(build))).toEqual([`binary Debug/app ${bait}/${lib}`])

    const search = [`-L${minor}/lib`, `-Wl,-rpath,${minor}/lib`]
    const other = [`-I${minor}/include/python3.11`, ...search, '-lpython3.11']
    await execa('cc', [join(project, 'main.c'), ...other, '-o', app])
    expect(problemsOf(await check(build))).toEqual([
      `binary Debug/app ${minor}/lib/libpython3.11.so.1.0`,
    ])

    // Laid into the pinned tree it is none of it.
    const stray = join(build, 'python/lib/libpython3.11.so.1.0')
    copyFileSync(join(minor, 'lib/libpython3.11.so.1.0'), stray)
    const ours = [join(project, 'main.c'), `-I${build}/python/${include}`, stray]
    await execa('cc', [...ours, `-Wl,-rpath,${build}/python/lib`, '-o', app])
    expect(problemsOf(await check(build))).toContainEqual(`binary Debug/app ${stray}`)
    rmSync(stray)
    copyFileSync(join(root, 'app'), app)

    // A Python linked in whole, as from libpython3.11.a.
    writeFileSync(join(root, 'engine.c'), 'int PyType_Ready(void) { return 0; }\n')
    await execa('cc', ['-c', join(root, 'engine.c'), '-o', join(root, 'engine.o')])
    await execa('ar', ['rcs', join(build, 'Debug/libengine.a'), join(root, 'engine.o')])
    expect(problemsOf(await check(build))).toEqual([
      `binary Debug/libengine.a ${build}/Debug/libengine.a`,
    ])
    rmSync(join(build, 'Debug/libengine.a'))

    const library = join(build, 'python', lib)
    copyFileSync(library, join(root, 'library'))
    appendFileSync(library, '\0')
    expect(problemsOf(await check(build))).toEqual([`changed python/${lib} ${library}`])
    copyFileSync(join(root, 'library'), library)

    copyFileSync(process.execPath, join(build, 'Debug', 'broken'))
    writeFileSync(join(build, 'Debug', 'broken'), '\u007fELF not')
    expect(problemsOf(await check(build))).toEqual([
      `unreadable Debug/broken ${build}/Debug/broken`,
    ])
    rmSync(join(build, 'Debug', 'broken'))

    mkdirSync(join(build, 'tools'))
    writeFileSync(join(build, 'tools', 'pyvenv.cfg'), 'home = /usr/bin\n')
    expect(problemsOf(await check(build))).toEqual([`tree . ${build}/tools`])
    rmSync(join(build, 'tools'), { recursive: true })
  })

  it.each([
    [
      'link-option',
      [
        `link link-option (Debug) ${bait}/lib/libpython3.14.so`,
        `link link-option (Release) ${bait}/lib/libpython3.14.so`,
        `link link-option (RelWithDebInfo) ${bait}/lib/libpython3.14.so`,
      ],
      [],
    ],
    [
      'linker-flag',
      [`link linker-flag (Debug) ${bait}/lib/libpython3.14.so`],
      [`binary Debug/linker-flag ${bait}/${lib}`],
    ],
    [
      'object-library',
      [`include objects (Debug) ${bait}/${include}`],
      [`header .ninja_deps ${bait}/${include}`],
    ],
    [
      'static-library',
      [`include archive (Debug) ${bait}/${include}`],
      [`header .ninja_deps ${bait}/${include}`],
    ],
    [
      'external-project',
      [],
      [
        `header inner-prefix/src/inner-build/.ninja_deps ${bait}/${include}`,
        `cache inner-prefix/src/inner-build/CMakeCache.txt ${bait}/bin/python3.14`,
        `cache inner-prefix/src/inner-build/CMakeCache.txt ${bait}/${include}`,
      ],
    ],
    ['command', [`command command (Debug) ${bait}/bin/python3.14`], []],
    ['find-program', [`cache CMakeCache.txt ${bait}/bin/python3`], []],
  ])('finds a leak through a %s', async (leak, configured, built) => {
    await configure(leak)
    await make()

    const report = await check(build)

    expect(report.ok).toBe(false)
    expect(problemsOf(report)).toEqual(expect.arrayContaining([...configured, ...built]))
    // Nothing but the shape that leaks.
    const elsewhere = problemsOf(report).filter((problem) => !problem.includes(bait))
    expect(elsewhere).toEqual([])
  })

  it('finds a leak in an ExternalProject that builds outside of the build directory', async () => {
    const inner = join(root, 'inner build')
    await configure('external-project', `-DINNER=${inner}`)
    const before = await check(build)
    await make()
    const report = await check(build)

    expect(before.notes.join('\n')).toContain(`${inner}: an ExternalProject builds there`)
    expect(report.nested.map(({ path }) => path)).toContain(inner)
    expect(problemsOf(report)).toEqual(
      expect.arrayContaining([`cache ${inner}/CMakeCache.txt ${bait}/bin/python3.14`]),
    )

    await configure('none', `-DINNER=${inner}`)
    await make()
    const mended = problemsOf(await check(build))
    expect(mended.filter((problem) => problem.includes(inner))).toEqual([])
    await configure('none', '-UINNER')
    expect((await check(build)).nested.map(({ path }) => path)).not.toContain(inner)
  })
})

describeWithTools(['cmake', 'ninja', 'g++'], 'check of hello-numpy', () => {
  it('takes well under a second, and runs as the command that CMake was given', async () => {
    const project = join(temporaryDirectory('check-hello'), 'project')
    copyExample('hello-numpy', project)
    appendFileSync(join(project, 'CMakeLists.txt'), 'enable_testing()\npyembed_add_check()\n')
    await sync(project, inject('cliEnv'))
    await buildExample(project)
    await runIn(project, ['cmake', 'build'])

    const report = await check(join(project, 'build'))
    const timed = `TIMEFORMAT='%U %S'; time "$0" "$1" check build`
    const times = await runIn(project, ['bash', '-c', timed, process.execPath, cliPath])

    // One of the targets is pyembed_venv, which nothing links.
    expect(report).toMatchObject({ ok: true, targets: 2, includes: 4, links: 1, binaries: 1 })
    // Of the processor, for tests run two at a time.
    const [, user, system] = /(\d+\.\d+) (\d+\.\d+)\s*$/.exec(times) ?? []
    expect(Number(user) + Number(system)).toBeLessThan(0.7)
    const gone = `-DPYEMBED_COMMAND=/gone/node;${cliPath}`
    await runIn(project, ['cmake', gone, 'build'])
    const test = ['ctest', '--test-dir', 'build', '--output-on-failure']
    await expect(runIn(project, test)).rejects.toThrow(/'\/gone\/node', which this build knows/)
  })
})

describeWithTools(
  ['cmake', 'ninja', 'x86_64-w64-mingw32-g++-posix'],
  'check of a build for Windows',
  () => {
    it('takes copies of the pinned DLLs beside an executable for ours, and no other of their names', async () => {
      const project = join(temporaryDirectory('check-windows'), 'project')
      const build = join(project, 'build')
      cpSync(join(shapes, 'main.c'), join(project, 'main.c'), { recursive: true })
      writeFileSync(
        join(project, 'CMakeLists.txt'),
        'cmake_minimum_required(VERSION 3.20...4.0)\nproject(app LANGUAGES C)\ninclude(.pyembed/pyembed.cmake)\n' +
          'add_executable(app main.c)\ntarget_link_libraries(app PRIVATE pyembed::Python)\n',
      )
      writeManifest(project, { targets: [windows] })
      await sync(project, inject('cliEnv'), '--target', windows)
      const compiler = '-DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc-posix'
      const system = ['-DCMAKE_SYSTEM_NAME=Windows', '-DCMAKE_SYSTEM_PROCESSOR=AMD64', compiler]
      await buildExample(project, ...system)
      await runIn(project, ['cmake', 'build'])

      const report = await check(build)
      const other = sharedResult('20241219', windows).prefix
      copyFileSync(join(other, 'python311.dll'), join(build, 'PYTHON314.DLL'))
      rmSync(join(build, 'python314.dll'))
      const swapped = await check(build)

      expect(problemsOf(report)).toEqual([])
      expect(report.pythons.map(({ path }) => path)).toContain(join(build, 'python314.dll'))
      expect(problemsOf(swapped)).toEqual(
        expect.arrayContaining([`binary app.exe ${join(build, 'PYTHON314.DLL')}`]),
      )
    })
  },
)
