import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { inject, expect, it } from 'vitest'

import { runIn, sync } from '../helpers/example.ts'
import { neededLibraries } from '../helpers/opens.ts'
import { sharedProject } from '../helpers/prefix.ts'
import { writeManifest } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds } from './pythons.ts'

const [today] = builds
const mingw = 'x86_64-w64-mingw32-g++-posix'
const windows = [
  '-DCMAKE_SYSTEM_NAME=Windows',
  '-DCMAKE_SYSTEM_PROCESSOR=AMD64',
  '-DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc-posix',
]

/** Configures a project of test/cmake/ with the Python of a build, for several configurations. */
async function configure(
  name: string,
  build: string,
  pin: string,
  options: readonly string[] = [],
): Promise<void> {
  const source = fileURLToPath(new URL(`../cmake/${name}`, import.meta.url))
  const generator = ['-G', 'Ninja Multi-Config', `-DPIN=${pin}`]
  await runIn('/', ['cmake', '-Werror=dev', '-S', source, '-B', build, ...generator, ...options])
}

async function make(build: string, configuration: string): Promise<string> {
  return runIn('/', ['cmake', '--build', build, '--config', configuration])
}

const sharedPin = (build: string): string => join(sharedProject(build), '.pyembed')

describeWithTools(['cmake', 'ninja', 'g++', 'readelf'], 'targets', () => {
  it('embed and extend Python in each configuration, also after a change of the pin', async () => {
    const directory = join(temporaryDirectory('targets'), 'build [a] #1')
    const prefix = join(directory, 'python')
    for (const { build, version, minor, numpy } of builds) {
      const soabi = `cpython-${minor.replace('.', '')}-x86_64-linux-gnu`
      await configure('targets', directory, sharedPin(build))
      expect(readFileSync(join(directory, 'found.txt'), 'utf8')).toBe(
        `${version} ${soabi} ${numpy}`,
      )

      for (const configuration of ['Debug', 'Release']) {
        await make(directory, configuration)
        const module = join(directory, 'python-modules', configuration, `counting.${soabi}.so`)
        const code = 'import counting; print(counting.ones(3), counting.__file__)'
        const python = join(prefix, 'bin', `python${minor}`)
        for (const command of [
          [join(directory, configuration, 'embed'), prefix, code],
          [python, '-I', '-c', code],
        ]) {
          const output = await runIn('/', command, { PYEMBED_CONFIG: configuration })
          expect(output.trim()).toBe(`[1. 1. 1.] ${module}`)
        }
        expect([...neededLibraries([module])]).not.toContain(`libpython${minor}.so.1.0`)
        expect(await make(directory, configuration)).toContain('no work to do')
      }
    }
  })

  it('say what to do when the manifest requires no numpy', async () => {
    const root = temporaryDirectory('no-numpy')
    const project = writeManifest(join(root, 'project'))
    await sync(project, inject('cliEnv'))

    const failure = configure('targets', join(root, 'build'), join(project, '.pyembed'))

    await expect(failure).rejects.toThrow(
      /'counting' of [^]* links\s+pyembed::NumPy[^]*Add\s+"numpy"[^]*pyembed sync/,
    )
  })
})

describeWithTools(
  ['cmake', 'ninja', 'aarch64-linux-gnu-gcc', 'qemu-aarch64-static'],
  'targets for Linux aarch64',
  () => {
    it('embed and extend Python in qemu', async () => {
      const directory = join(temporaryDirectory('aarch64'), 'build')
      await configure('targets', directory, sharedPin(today.build), [
        '-DCMAKE_SYSTEM_NAME=Linux',
        '-DCMAKE_SYSTEM_PROCESSOR=aarch64',
        '-DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc',
      ])
      await make(directory, 'Debug')
      const qemu = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu']
      const program = [join(directory, 'Debug', 'embed'), join(directory, 'python')]

      const output = await runIn('/', [
        ...qemu,
        ...program,
        'import counting; print(counting.ones(3))',
      ])

      expect(output.trim()).toBe('[1. 1. 1.]')
    })
  },
)

describeWithTools(['cmake', 'ninja', 'clang'], 'targets for macOS', () => {
  const darwin = [
    '-DCMAKE_SYSTEM_NAME=Darwin',
    '-DCMAKE_OSX_ARCHITECTURES=arm64',
    '-DCMAKE_C_COMPILER=clang',
    '-DCMAKE_C_COMPILER_TARGET=arm64-apple-macos',
    '-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY',
    '-DCMAKE_INSTALL_NAME_TOOL=true',
  ]

  it('let a module find Python in the process, and refuse a macOS that Python does not run on', async () => {
    const directory = join(temporaryDirectory('macos'), 'build')
    const pin = sharedPin(today.build)
    const deployment = '-DCMAKE_OSX_DEPLOYMENT_TARGET'
    await configure('targets', directory, pin, [...darwin, `${deployment}=11.0`])
    const ninja = ['ninja', '-f', 'build-Debug.ninja', '-t', 'commands']
    const links = (await runIn(directory, ninja))
      .split('\n')
      .filter((line) => / -o /.test(line) && !/ -c /.test(line))

    expect(links.find((line) => line.includes('-bundle'))).toMatch(
      /-undefined -Xlinker dynamic_lookup/,
    )
    expect(links.find((line) => line.includes('-bundle'))).not.toMatch(/libpython/)
    expect(links.find((line) => !line.includes('-bundle'))).toMatch(/libpython3\.14\.dylib/)

    // The Python of Apple silicon is made for macOS 11 (docs/platforms.md).
    await expect(
      configure('targets', directory, pin, [...darwin, `${deployment}=10.15`]),
    ).rejects.toThrow(
      /is 10\.15, but\s+'bin\/python3\.14' of the\s+pinned Python\s+needs macOS 11\.0[^]*pyembed sync --target aarch64-apple-darwin/,
    )
  })
})

describeWithTools(['cmake', 'ninja', mingw], 'executables for Windows', () => {
  it('have the DLLs of Python beside them when they link it, and only then', async () => {
    const directory = join(temporaryDirectory('dlls'), 'build')
    await configure('dlls', directory, sharedPin(today.build), windows)

    for (const configuration of ['Debug', 'Release']) await make(directory, configuration)

    const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !/^(?:python|CMakeFiles)\//.test(path),
    )
    const programs = paths.filter((path) => path.endsWith('.exe')).map((path) => dirname(path))
    for (const dll of ['python314.dll', 'python3.dll', 'vcruntime140.dll']) {
      const folders = paths.filter((path) => basename(path) === dll).map((path) => dirname(path))
      expect(folders.toSorted()).toEqual(
        programs.filter((name) => !name.startsWith('out/headers/')).toSorted(),
      )
    }
    expect(programs).toHaveLength(20)
    expect(await make(directory, 'Debug')).toContain('no work to do')
    expect(await make(directory, 'Release')).toContain('no work to do')

    const dll = join(directory, 'python', 'python314.dll')
    const copy = join(directory, 'out', 'direct', 'Debug', 'python314.dll')
    expect(statSync(copy).size).toBe(statSync(dll).size)
  })
})
