import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, inject, it, onTestFinished } from 'vitest'

import { build, copyExample, editManifest, runIn, sync } from '../helpers/example.ts'
import { foreignOpens, neededLibraries, successfulOpens } from '../helpers/opens.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { tracing } from '../helpers/strace.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { openWine, wine } from '../helpers/wine.ts'
import { builds } from './pythons.ts'

/** A folder name that breaks what quotes badly. CMake itself refuses `"` in a source path. */
const hostileName = "pro'ject $HOME #1 [a] é"

/** Surroundings that lead a Python that is not isolated astray. Without TZ glibc itself reads /etc/localtime. */
function hostileSurroundings(directory: string): Record<string, string> {
  const foreign = join(directory, 'foreign')
  mkdirSync(join(foreign, 'numpy'), { recursive: true })
  writeFileSync(join(foreign, 'numpy', '__init__.py'), '__version__ = "foreign"\n')
  const venv = join(directory, 'venv')
  mkdirSync(join(venv, 'bin'), { recursive: true })
  writeFileSync(join(venv, 'pyvenv.cfg'), 'home = /usr/bin\ninclude-system-site-packages = true\n')
  symlinkSync('/usr/bin/env', join(venv, 'bin', 'python3'))
  return {
    PYTHONHOME: '/bogus',
    PYTHONPATH: foreign,
    VIRTUAL_ENV: venv,
    PATH: `${join(venv, 'bin')}:${process.env['PATH'] ?? ''}`,
    LANG: 'C',
    LC_ALL: 'C',
    TZ: 'UTC0',
  }
}

describeWithTools(['cmake', 'ninja', 'g++', 'strace', 'readelf'], 'hello-numpy', () => {
  it.each(builds)(
    'opens nothing but its own Python $version in hostile surroundings',
    async ({ version, build: release, minor }) => {
      const root = temporaryDirectory('hello')
      const project = join(root, hostileName)
      copyExample('hello-numpy', project, { version, build: release })
      await sync(project, inject('cliEnv'))
      await build(project)
      const env = hostileSurroundings(root)
      const trace = join(root, 'trace')
      const program = join(project, 'build', 'hello-numpy')
      const strace = tracing('openat,open,execve', trace)

      const output = await runIn(root, [...strace, program], env)

      expect(output).toContain(`Python     ${version}`)
      expect(output).toContain('the same memory')
      const opens = successfulOpens(trace)
      const prefix = join(project, 'build', 'python')
      const elf = opens.filter((path) => /\.so(?:\.|$)/.test(path) && path.startsWith(prefix))
      const libraries = neededLibraries([program, ...elf])
      expect(opens.length).toBeGreaterThan(50)
      expect(foreignOpens(opens, [join(project, 'build')], libraries)).toEqual([])

      // The same eyes see a Python that is not isolated.
      const open = { ...env, PYTHONHOME: '' }
      await runIn(
        root,
        [...strace, join(prefix, 'bin', `python${minor}`), '-c', 'import numpy'],
        open,
      )
      expect(foreignOpens(successfulOpens(trace), [join(project, 'build')], libraries)).toContain(
        join(root, 'foreign', 'numpy', '__init__.py'),
      )
    },
  )

  it('runs from an installed tree that was moved, without the build tree and the store', async () => {
    const root = temporaryDirectory('install')
    const project = join(root, 'project')
    copyExample('hello-numpy', project)
    await sync(project, { ...inject('cliEnv'), PYEMBED_DATA_DIR: join(root, 'data') })
    await build(project)
    await runIn(project, ['cmake', '--install', 'build', '--prefix', join(root, 'installed')])
    renameSync(join(root, 'installed'), join(root, "moved $to é'"))
    renameSync(project, join(root, 'gone'))
    renameSync(join(root, 'data'), join(root, 'gone-data'))

    const output = await runIn('/', [join(root, "moved $to é'", 'hello-numpy')])

    expect(output).toContain('the same memory')
    expect(output).toContain(`prefix     ${join(root, "moved $to é'", 'python')}`)

    // As in a bundle of macOS, where nothing may lie beside `MacOS`.
    const contents = join(root, 'Hello.app', 'Contents')
    mkdirSync(join(contents, 'MacOS'), { recursive: true })
    mkdirSync(join(contents, 'Resources'))
    const moved = (name: string, to: string): void =>
      renameSync(join(root, "moved $to é'", name), join(contents, to, name))
    moved('hello-numpy', 'MacOS')
    moved('python', '.')
    const described = readFileSync(join(root, "moved $to é'", 'pyembed-app.json'), 'utf8')
    writeFileSync(
      join(contents, 'Resources', 'pyembed-app.json'),
      described.replace(/("prefix": *")python"/, '$1../python"'),
    )
    expect(await runIn('/', [join(contents, 'MacOS', 'hello-numpy')])).toContain(
      `prefix     ${join(contents, 'python')}`,
    )
  })

  it('follows a changed pin by plain cmake --build, touching only what changed', async () => {
    const project = join(temporaryDirectory('pin'), 'project')
    copyExample('hello-numpy', project)
    await sync(project, inject('cliEnv'))
    await build(project)
    const header = join(project, 'build', 'python', 'include', 'python3.14', 'Python.h')
    const before = statSync(header)

    editManifest(project, /^requires = .*$/m, 'requires = ["numpy>=2.3", "six"]')
    await sync(project, inject('cliEnv'))
    const added = await runIn(project, ['cmake', '--build', 'build'])

    expect(statSync(header)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
    expect(added).not.toContain('Building CXX')
    expect(
      statSync(join(project, 'build/python/lib/python3.14/site-packages/six.py')).isFile(),
    ).toBe(true)

    editManifest(project, /^version = .*$/m, 'version = "3.11"\nbuild = "20241219"')
    await sync(project, inject('cliEnv'))
    const changed = await runIn(project, ['cmake', '--build', 'build'])

    expect(changed).toContain('Building CXX')
    expect(await runIn(project, ['build/hello-numpy'])).toContain('Python     3.11.11')
    expect(await runIn(project, ['cmake', '--build', 'build'])).toContain('no work to do')
  })

  it('tells how to get .pyembed/ when it is missing', async () => {
    const project = join(temporaryDirectory('missing'), 'project')
    copyExample('hello-numpy', project)

    const failure = build(project)

    await expect(failure).rejects.toThrow(/pyembed sync/)
  })
})

describeWithTools(
  ['cmake', 'ninja', 'x86_64-w64-mingw32-g++-posix', wine],
  'hello-numpy for Windows',
  () => {
    it('built with mingw for debugging starts from its build tree and installed, without a PATH edit', async () => {
      const root = temporaryDirectory('mingw')
      const windowsSystem = openWine(join(root, 'wine'))
      onTestFinished(windowsSystem.stop)
      const project = join(root, 'project')
      copyExample('hello-numpy', project)
      editManifest(
        project,
        /^version = .*$/m,
        'version = "3.14"\ntargets = ["x86_64-pc-windows-msvc"]',
      )
      await sync(project, inject('cliEnv'), '--target', 'x86_64-pc-windows-msvc')
      await build(
        project,
        '-DCMAKE_SYSTEM_NAME=Windows',
        '-DCMAKE_SYSTEM_PROCESSOR=AMD64',
        '-DCMAKE_CXX_COMPILER=x86_64-w64-mingw32-g++-posix',
        '-DCMAKE_BUILD_TYPE=Debug',
        '-DCMAKE_CXX_FLAGS=-static-libgcc -static-libstdc++ -D_DEBUG',
        '-DCMAKE_EXE_LINKER_FLAGS=-static',
      )

      await runIn(project, ['cmake', '--install', 'build', '--prefix', join(root, 'moved é')])

      for (const program of ['build/hello-numpy.exe', join(root, 'moved é', 'hello-numpy.exe')]) {
        const output = await runIn(project, [wine, program], windowsSystem.env).catch(
          (error: unknown) => String(error),
        )

        // Python starts embedded. numpy does not load under wine 8, whose ucrtbase has no crealf.
        expect(output).toContain('Started    3.14.6')
      }
    })
  },
)
