import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { runIn } from '../helpers/example.ts'
import { toolsDirectory } from '../helpers/make-once.ts'
import { sharedProject } from '../helpers/prefix.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds } from './pythons.ts'

const source = fileURLToPath(new URL('../cmake/debug', import.meta.url))
const mingw = 'x86_64-w64-mingw32-g++-posix'

interface Compilation {
  readonly directory: string
  readonly command: string
  readonly file: string
}

describeWithTools(
  ['cmake', 'ninja', 'clang', 'swig', mingw],
  'a Debug build with clang for x86_64-pc-windows-msvc',
  () => {
    it.each(builds)('compiles against the release Python $version', async ({ build, minor }) => {
      const directory = temporaryDirectory('debug')
      const compilations = await configureDebug(directory, join(sharedProject(build), '.pyembed'))

      const digits = minor.replace('.', '')
      // From 3.14 on Py_NO_LINK_LIB leaves the library to the command line of the linker.
      const pragmas = minor === '3.11' ? ['python311.lib'] : []
      const all = compilations.map((each) => [basename(each.file), preprocess(each)])
      const seen = Object.fromEntries(all) as Record<string, Preprocessed>
      const release = { isDebug: true, isPythonDebug: false, hasPython: true, libraries: pragmas }
      expect(Object.keys(seen)).toHaveLength(6)
      expect(seen).toEqual(Object.fromEntries(Object.keys(seen).map((name) => [name, release])))

      // The same eyes see what Python's headers do to who comes without the shim.
      const plain = compilations.find(({ file }) => file.endsWith('/plain.c'))
      const command = (plain?.command ?? '')
        .replace(/-isystem \S*pyembed-shim/, '')
        .replace('-DPy_NO_LINK_LIB', '')
      expect(preprocess({ file: join(source, 'plain.c'), directory, command })).toMatchObject({
        isPythonDebug: true,
        libraries: [`python${digits}_d.lib`],
      })
    })
  },
)

/**
 * Configures test/cmake/debug with clang as a cross compiler. The headers of Visual C++ are not to be had, so those of
 * mingw stand in, and an empty one for `yvals.h`; for the preprocessor they will do.
 */
async function configureDebug(directory: string, pin: string): Promise<readonly Compilation[]> {
  const standIn = join(directory, 'stand-in')
  mkdirSync(standIn)
  writeFileSync(join(standIn, 'yvals.h'), '')
  const wrapper = join(directory, 'nothing_wrap.c')
  await runIn(source, ['swig', '-python', '-o', wrapper, 'nothing.i'])
  const gcc = execFileSync(mingw, ['-print-file-name=include'], { encoding: 'utf8' }).trim()
  const cxx = [join(gcc, 'c++'), join(gcc, 'c++', 'x86_64-w64-mingw32')]
  const c = [standIn, '/usr/x86_64-w64-mingw32/include']

  const target = 'x86_64-pc-windows-msvc'
  const options = {
    PIN: pin,
    PYBIND11: findPybind11(),
    SWIG_WRAPPER: wrapper,
    CMAKE_BUILD_TYPE: 'Debug',
    CMAKE_SYSTEM_NAME: 'Windows',
    CMAKE_SYSTEM_PROCESSOR: 'AMD64',
    CMAKE_C_COMPILER: 'clang',
    CMAKE_C_COMPILER_TARGET: target,
    CMAKE_C_FLAGS: includeFlags(c),
    CMAKE_CXX_COMPILER: 'clang++',
    CMAKE_CXX_COMPILER_TARGET: target,
    CMAKE_CXX_FLAGS: includeFlags([...cxx, ...c]),
    CMAKE_TRY_COMPILE_TARGET_TYPE: 'STATIC_LIBRARY',
    CMAKE_EXPORT_COMPILE_COMMANDS: 'ON',
  }
  const given = Object.entries(options).map(([name, value]) => `-D${name}=${value}`)
  const build = join(directory, 'build')
  await runIn(directory, [
    'cmake',
    '-Werror=dev',
    '-G',
    'Ninja',
    '-S',
    source,
    '-B',
    build,
    ...given,
  ])
  return JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8')) as Compilation[]
}

function includeFlags(folders: readonly string[]): string {
  return folders.map((folder) => `-isystem ${folder}`).join(' ')
}

interface Preprocessed {
  /** `_DEBUG` is there in the end. */
  readonly isDebug: boolean
  readonly isPythonDebug: boolean
  /** The real `Python.h` was read. */
  readonly hasPython: boolean
  /** What the linker is told to link. */
  readonly libraries: readonly string[]
}

/** What a source file has defined and asked of the linker when it ends. */
function preprocess({ command, directory, file }: Compilation): Preprocessed {
  const macros = ['_DEBUG', 'Py_DEBUG', 'PY_VERSION']
  const probes = macros.map((macro) => `#ifdef ${macro}\n"has ${macro}"\n#endif`)
  const language = file.endsWith('.cpp') ? 'c++' : 'c'
  const text = execFileSync(
    'sh',
    ['-c', command.replace(/ -o \S+ -c .*$/, ` -E -x ${language} -`)],
    {
      cwd: directory,
      encoding: 'utf8',
      input: [`#include "${file}"`, ...probes].join('\n'),
      maxBuffer: 64e6,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  const has = (macro: string): boolean => text.includes(`"has ${macro}"`)
  return {
    isDebug: has('_DEBUG'),
    isPythonDebug: has('Py_DEBUG'),
    hasPython: has('PY_VERSION') && text.includes('Py_InitializeFromConfig'),
    libraries: [...text.matchAll(/^#pragma comment\(lib,"(.*)"\)/gm)].map(([, name = '']) => name),
  }
}

/** Headers of pybind11, from its wheel. */
function findPybind11(): string {
  const directory = join(toolsDirectory(), 'pybind11-3.1.0')
  const include = join(directory, 'pybind11', 'include')
  if (!existsSync(include)) {
    const partial = `${directory}.${process.pid}`
    const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', partial]
    execFileSync('python3', [...install, 'pybind11==3.1.0'])
    mkdirSync(dirname(directory), { recursive: true })
    renameSync(partial, directory)
  }
  return include
}
