import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import { runIn, sync } from '../helpers/example.ts'
import { linkPrefix } from '../helpers/prefix.ts'
import { linux, writeManifest } from '../helpers/project.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'

/** Every way to say which Python a tree has; `lines` go below project(). */
const doors = [
  { door: 'include', lines: 'include(.pyembed/pyembed.cmake)', args: [] },
  {
    door: 'provider',
    lines: '',
    args: ['-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=.pyembed/pyembed-provider.cmake'],
  },
  { door: 'presets', lines: '', args: ['--preset', 'dev'] },
  { door: 'config', lines: 'find_package(pyembed CONFIG REQUIRED)', args: [] },
]

/** Sub-projects of an application that knows nothing of pyembed, each with an executable. */
const directories = {
  modern:
    'find_package(Python3 REQUIRED COMPONENTS Interpreter Development)\nset(link Python3::Python)',
  hostile: [
    'set(CMAKE_MODULE_PATH "${CMAKE_CURRENT_SOURCE_DIR}")',
    'foreach(name IN ITEMS Python_EXECUTABLE Python_ROOT_DIR Python_FIND_STRATEGY)',
    '  set(${name} "${BAIT}/bin/python3" CACHE STRING "" FORCE)',
    '  set(${name} "${BAIT}/bin/python3")',
    'endforeach()',
    'foreach(name IN ITEMS Python_LIBRARY Python_INCLUDE_DIR)',
    '  unset(${name})\n  unset(${name} CACHE)',
    'endforeach()',
    'find_package(Python REQUIRED COMPONENTS Interpreter Development)',
    'set(link Python::Python)',
  ].join('\n'),
  legacy: [
    'find_package(PythonInterp 3 REQUIRED)',
    'find_package(PythonLibs 3 REQUIRED)',
    'include_directories("${PYTHON_INCLUDE_DIRS}")',
    'set(link "${PYTHON_LIBRARIES}")',
  ].join('\n'),
}

/** What vcpkg's toolchain and its wrapper of FindPython3 do, whose names FindPython takes for its own. */
const wrapper = `
macro(find_package name)
  if("\${name}" STREQUAL "Python3")
    set(_Python3_LIBRARY_RELEASE "\${BAIT}/lib/libpython3.11.so")
    set(_Python3_INCLUDE_DIR "\${BAIT}/include/python3.11")
  endif()
  _find_package(\${ARGV})
endmacro()
`

describeWithTools(['cmake', 'ninja', 'cc', 'ldd', 'pkg-config'], 'a tree with leaks', () => {
  const root = makeDirectory('doors')
  const project = join(root.path, 'project')
  /** Of its own: who runs it writes byte code into it. */
  const bait = join(root.path, 'bait')
  afterAll(root.remove)
  beforeAll(async () => {
    await linkPrefix('20241219', linux, bait)
    await sync(writeManifest(project), inject('cliEnv'))
    for (const [name, finds] of Object.entries(directories)) {
      mkdirSync(join(project, name))
      const lines = [
        finds,
        `add_executable(${name} ../main.c)`,
        `target_link_libraries(${name} PRIVATE \${link})`,
      ]
      writeFileSync(join(project, name, 'CMakeLists.txt'), lines.join('\n'))
    }
    writeFileSync(
      join(project, 'main.c'),
      '#include <Python.h>\n#include <stdio.h>\nint main(void) { return puts(Py_GetVersion()) < 0; }\n',
    )
    writeFileSync(join(project, 'wrapper.cmake'), wrapper)
    const preset = { name: 'dev', inherits: 'pyembed', generator: 'Ninja' }
    writeFileSync(
      join(project, 'CMakePresets.json'),
      JSON.stringify({
        version: 5,
        include: ['.pyembed/presets.json'],
        configurePresets: [preset],
      }),
    )
  })

  /** Builds with everything at once that leads elsewhere, and tells whose Python each executable got. */
  async function buildWith(name: string, lines: string, args: readonly string[]) {
    const build = join(root.path, name)
    writeFileSync(
      join(project, 'CMakeLists.txt'),
      [
        'cmake_minimum_required(VERSION 3.14)\nproject(app LANGUAGES C)',
        lines,
        'include(wrapper.cmake)',
        ...Object.keys(directories).map((directory) => `add_subdirectory(${directory})`),
        'find_program(PROGRAM python3)\nmessage(STATUS "program ${PROGRAM}")',
        'find_package(PkgConfig REQUIRED)\npkg_check_modules(PC REQUIRED python3-embed)',
        'message(STATUS "package ${PC_VERSION}")',
      ].join('\n'),
    )
    const env = {
      PATH: `${bait}/bin:${process.env['PATH'] ?? ''}`,
      PYTHONHOME: bait,
      PYTHONPATH: join(bait, 'lib/python3.11/site-packages'),
      VIRTUAL_ENV: bait,
      CONDA_PREFIX: bait,
      pythonLocation: bait,
      Python3_ROOT: bait,
      Python3_ROOT_DIR: bait,
    }
    const hints = [
      `-DBAIT=${bait}`,
      `-DCMAKE_PREFIX_PATH=${bait};${project}/.pyembed`,
      `-DPython3_EXECUTABLE=${bait}/bin/python3`,
    ]
    const configured = await runIn(
      project,
      ['cmake', '-S', '.', '-B', build, '-G', 'Ninja', ...hints, ...args],
      env,
    )
    await runIn(project, ['cmake', '--build', build], env)

    const headers = await runIn(build, ['ninja', '-t', 'deps'])
    const rows = await Promise.all(
      Object.keys(directories).map(async (directory) => {
        const libraries = await runIn(build, ['ldd', join(directory, directory)])
        return [directory, /libpython\S+ => (\S+)/.exec(libraries)?.[1]] as const
      }),
    )
    return {
      headers: [...new Set([...headers.matchAll(/(\S+)\/Python\.h$/gm)].map(([, path]) => path))],
      libraries: Object.fromEntries(rows),
      program: /program (.*)$/m.exec(configured)?.[1],
      package: /package (.*)$/m.exec(configured)?.[1],
    }
  }

  it.each(doors)('gets the pinned Python everywhere by $door', async ({ door, lines, args }) => {
    const found = await buildWith(door, lines, args)

    const python = join(root.path, door, 'python')
    const library = join(python, 'lib/libpython3.14.so.1.0')
    expect(found.headers).toEqual([join(python, 'include/python3.14')])
    expect(found.package).toBe('3.14')
    expect(found.libraries).toEqual({ modern: library, hostile: library, legacy: library })
    expect(await runIn('/', [join(root.path, door, 'modern/modern')])).toContain('3.14.6')

    const lure = join(root.path, `${door}-lure`)
    mkdirSync(lure)
    copyFileSync(library, join(lure, 'libpython3.14.so.1.0'))
    for (const directory of ['modern', 'hostile']) {
      const program = join(root.path, door, directory, directory)
      const loaded = await runIn('/', ['ldd', program], { LD_LIBRARY_PATH: lure })
      expect(loaded).toContain(`=> ${library} `)
    }
  })

  it('holds beside the directory that includes it, and where its variables are gone', async () => {
    const build = join(root.path, 'beside')
    const side = join(project, 'beside')
    mkdirSync(side)
    const files = {
      'CMakeLists.txt': 'add_subdirectory(with)\nadd_subdirectory(without)',
      'with/CMakeLists.txt': 'include(${CMAKE_SOURCE_DIR}/.pyembed/pyembed.cmake)',
      'without/CMakeLists.txt':
        'unset(PYEMBED_PREFIX)\nfind_package(Python3 REQUIRED COMPONENTS Interpreter Development)\nmessage(STATUS "found ${Python3_EXECUTABLE}")',
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(side, path)), { recursive: true })
      writeFileSync(join(side, path), text)
    }
    writeFileSync(
      join(project, 'CMakeLists.txt'),
      'cmake_minimum_required(VERSION 3.20...4.0)\nproject(app LANGUAGES C)\nadd_subdirectory(beside)',
    )

    const printed = await runIn(project, ['cmake', '-S', '.', '-B', build, '-G', 'Ninja'])

    expect(printed).toContain(`found ${build}/python/bin/python3.14`)
  })

  it('keeps PYTHONHOME of the shell from what a build preset runs', async () => {
    const directory = join(root.path, 'preset')
    await sync(writeManifest(directory), inject('cliEnv'))
    const lines = [
      'cmake_minimum_required(VERSION 3.24)\nproject(app LANGUAGES NONE)',
      'find_package(Python3 REQUIRED COMPONENTS Interpreter)',
      'add_custom_target(generate ALL COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/generate.py")',
    ]
    writeFileSync(join(directory, 'CMakeLists.txt'), lines.join('\n'))
    writeFileSync(join(directory, 'generate.py'), 'import sys\nprint(sys.prefix)\n')
    const preset = { name: 'dev', inherits: 'pyembed', generator: 'Ninja', binaryDir: 'build' }
    const presets = {
      version: 5,
      include: ['.pyembed/presets.json'],
      configurePresets: [preset],
      buildPresets: [{ name: 'dev', configurePreset: 'dev' }],
    }
    writeFileSync(join(directory, 'CMakePresets.json'), JSON.stringify(presets))
    const env = { PYTHONHOME: bait, PYTHONPATH: bait }

    await runIn(directory, ['cmake', '--preset', 'dev'], env)
    const built = await runIn(directory, ['cmake', '--build', '--preset', 'dev'], env)

    expect(built).toMatch(/^\S+\/preset\/build\/python$/m)
  })

  it('gets the other one without pyembed', async () => {
    const found = await buildWith('none', '', [])

    expect(found.headers).toEqual([join(bait, 'include/python3.11')])
    expect(found.package).toBe('3.11')
    expect(new Set(Object.values(found.libraries))).toEqual(
      new Set([join(bait, 'lib/libpython3.11.so.1.0')]),
    )
  })

  it('finds the pinned interpreter by find_program() where no prefix path has another', async () => {
    const bin = join(root.path, 'bin')
    mkdirSync(bin)
    symlinkSync('/bin/false', join(bin, 'python3'))
    writeFileSync(
      join(project, 'CMakeLists.txt'),
      'cmake_minimum_required(VERSION 3.20)\nproject(app LANGUAGES NONE)\ninclude(.pyembed/pyembed.cmake)\n' +
        'find_program(PROGRAM python3)\nmessage(STATUS "program ${PROGRAM}")\n',
    )
    const build = join(root.path, 'program')

    const told = await runIn(project, ['cmake', '-S', '.', '-B', build], {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    })

    expect(told).toContain(`program ${join(build, 'python/bin/python3')}`)
  })
})
