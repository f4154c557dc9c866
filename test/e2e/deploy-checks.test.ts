import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import { check } from '../helpers/check.ts'
import { writeRules, writeTinyApp } from '../helpers/deploy.ts'
import { build, runIn, sync } from '../helpers/example.ts'
import { linkPrefix } from '../helpers/prefix.ts'
import { linux } from '../helpers/project.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { listTree, writeFiles } from '../helpers/tree.ts'

describeWithTools(['cmake', 'ninja', 'g++', 'cc', 'readelf'], 'pyembed_install', () => {
  const root = makeDirectory('deploy-checks')
  const project = join(root.path, 'project')
  // CMake installs there, given by --prefix.
  const installed = join(root.path, 'in "stalled"')

  const install = async (rules: string, ...options: string[]): Promise<string> => {
    writeRules(project, rules)
    await build(project, '-Werror=dev')
    return runIn(project, ['cmake', '--install', 'build', '--prefix', installed, ...options])
  }

  beforeAll(async () => {
    writeTinyApp(project, { rules: '' })
    await sync(project, inject('cliEnv'))
  })
  afterAll(() => root.remove())

  it.each([
    ['an unknown argument', 'pyembed_install(COMPONENTS x)', /unknown arguments 'COMPONENTS;x'/],
    ['an unknown trim', 'pyembed_install(TRIM test)', /unknown TRIM 'test'; expected tests/],
    ['an absolute destination', 'pyembed_install(DESTINATION /opt)', /DESTINATION is '\/opt'/],
    ['a second call', 'pyembed_install()\npyembed_install()', /once: remove one of the calls/],
    [
      'a program that is not below DESTINATION',
      'install(TARGETS tiny DESTINATION bin)\npyembed_install(DESTINATION lib/tiny)',
      /bin\/tiny' is not in '.*\/lib\/tiny' or up to four directories below/,
    ],
    [
      'a program that would not find its library',
      'install(TARGETS tiny DESTINATION bin)\nset_target_properties(tiny PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")\npyembed_install()',
      /APPEND PROPERTY INSTALL_RPATH "\$ORIGIN\/\.\.\/python\/lib"/,
    ],
  ])('refuses %s', async (_, rules, message) => {
    // CMake wraps its messages.
    const error = await install(rules).catch((caught: unknown) => String(caught))

    expect(error.replaceAll(/\s+/g, ' ')).toMatch(message)
    expect(existsSync(join(installed, 'python'))).toBe(false)
  })

  it('keeps its library out of what copies the libraries of programs', async () => {
    const copied = join(installed, 'libraries')

    await install(copyLibraries(''), '--component', 'app')
    expect(readdirSync(copied).join(' ')).toMatch(/libpython3.*libstdc/)
    rmSync(installed, { recursive: true })
    const excludes = 'PRE_EXCLUDE_REGEXES ${PYEMBED_RUNTIME_DEPENDENCY_EXCLUDES}'
    await install(copyLibraries(excludes), '--component', 'app')
    expect(readdirSync(copied).join(' ')).toMatch(/^(?:libstdc\S* ?)+$/)
    expect(await runIn('/', [join(installed, 'tiny')])).toContain(join(installed, 'python'))
    rmSync(installed, { recursive: true })
  })

  it('refuses to install a program in a component that has not its Python', async () => {
    const rules = 'install(TARGETS tiny DESTINATION bin COMPONENT app)'

    const error = await install(`${rules}\npyembed_install()`, '--component', 'app').catch(String)

    expect(error.replaceAll(/\s+/g, ' ')).toContain('Write pyembed_install(COMPONENT app)')
    await install(`${rules}\npyembed_install(COMPONENT python)`, '--component', 'app')
    expect(existsSync(join(installed, 'python'))).toBe(false)
  })

  it('refuses a build Python that was changed', async () => {
    const path = join(project, 'build/python/lib/python3.14/json/__init__.py')
    const content = readFileSync(path)
    writeFileSync(path, `${content.toString()}\n# mine\n`)

    const error = await install('pyembed_install()').catch(String)

    expect(error.replaceAll(/\s+/g, ' ')).toContain(
      "json/__init__.py' is not what the inventory says",
    )
    writeFileSync(path, content)
  })

  describe('with SDK', () => {
    const other = join(root.path, 'other')
    beforeAll(async () => {
      await linkPrefix('20241219', linux, other)
      await install('install(TARGETS tiny DESTINATION bin)\npyembed_install(SDK)')
      writeFiles(join(root.path, 'plug-in'), {
        'CMakeLists.txt': `cmake_minimum_required(VERSION 3.20...4.0)
project(plug LANGUAGES C)
find_package(pyembed CONFIG REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter Development)
message(STATUS "found \${Python3_EXECUTABLE}")
add_library(plug SHARED plug.c)
target_link_libraries(plug PRIVATE pyembed::Python)
pyembed_add_module(plugged plug.c)
`,
        'plug.c':
          '#include <Python.h>\nconst char *version(void) { return Py_IsInitialized() ? PY_VERSION : 0; }\n',
      })
    })

    it.each([
      ['the build tree', (): string => join(project, 'build')],
      ['an installed application that was moved', (): string => join(root.path, "moved 'é")],
    ])('builds a plug-in against %s, with another Python about', async (_, home) => {
      if (!existsSync(home()))
        cpSync(installed, home(), { recursive: true, verbatimSymlinks: true })
      const folder = join(root.path, 'plug-in')
      const sdk = ['lib/cmake/pyembed', 'python.pyembed/sdk'].find((path) =>
        existsSync(join(home(), path)),
      )
      const tree = join(root.path, `plug-in of ${sdk?.length}`)
      const env = {
        Python3_ROOT: other,
        VIRTUAL_ENV: other,
        PATH: `${other}/bin:${process.env['PATH']}`,
      }
      const configure = ['cmake', '-S', folder, '-B', tree, '-Werror=dev']
      const options = [`-Dpyembed_DIR=${join(home(), sdk ?? '?')}`, `-DCMAKE_PREFIX_PATH=${other}`]

      const before = listTree(home())
      const output = await runIn(folder, [...configure, ...options], env)
      await runIn(folder, ['cmake', '--build', tree], env)

      // The application is another's.
      expect(listTree(home())).toEqual(before)
      expect(output).toContain(`found ${home()}/python/bin/python3.14`)
      const elf = await runIn(tree, ['readelf', '-d', '-p', '.rodata', 'libplug.so'])
      expect(elf).toContain('3.14.6')
      expect(elf).toContain('[libpython3.14.so.1.0]')
      expect(elf).toContain(`[${home()}/python/lib]`)

      // Before CMake 3.27 it describes a build when it configures it for the second time.
      await runIn(folder, ['cmake', tree], env)
      const proved = await check(tree)
      expect(proved).toMatchObject({ ok: true, problems: [], python: join(home(), 'python') })
      expect(new Set(proved.pythons.map(({ owner }) => owner))).toEqual(new Set(['pinned']))
      const bait = `-DCMAKE_C_FLAGS=-I${other}/include/python3.11`
      await runIn(folder, ['cmake', tree, bait], env)
      expect((await check(tree)).problems).toMatchObject([
        { kind: 'include', where: 'plug', path: `${other}/include/python3.11` },
        { kind: 'include', where: 'plugged', path: `${other}/include/python3.11` },
      ])
    })
  })

  it('removes what an earlier install left, and keeps what is not its own', async () => {
    const site = join(installed, 'python/lib/python3.14/site-packages')
    writeFiles(site, { 'mine.py': '' })
    expect(existsSync(join(installed, 'python/include'))).toBe(true)

    await install('install(TARGETS tiny DESTINATION bin)\npyembed_install()')

    expect(existsSync(join(installed, 'python/include'))).toBe(false)
    expect(existsSync(join(site, 'mine.py'))).toBe(true)
  })

  it('installs the licence texts of this pin, and none of an earlier one', async () => {
    const texts = join(root.path, 'texts')
    writeFiles(texts, { 'zlib/LICENSE.zlib.txt': 'zlib\n', 'xz/LICENSE.liblzma.txt': 'xz\n' })
    const installWith = (name: string): Promise<string> =>
      install(`set(PYEMBED_LICENSES "${texts}/${name}")\npyembed_install()`)

    await installWith('zlib')
    await installWith('xz')

    const listed = readFileSync(join(installed, 'pyembed-licenses.json'), 'utf8')
    expect(readdirSync(join(installed, 'python/licenses'))).toEqual(['LICENSE.liblzma.txt'])
    expect(listed).toContain('licenses/LICENSE.liblzma.txt')
    expect(listed).not.toContain('LICENSE.zlib.txt')
  })

  it('lists the licences of Python, its libraries and packages', async () => {
    // A file of the program's name is no program.
    const completion = 'install(FILES CMakeLists.txt DESTINATION share/completions RENAME tiny)'
    await install(`install(TARGETS tiny DESTINATION bin)\n${completion}\npyembed_install(TRIM)`)
    const text = readFileSync(join(installed, 'pyembed-licenses.json'), 'utf8')
    const { components } = JSON.parse(text) as {
      components: { name: string; license: string; files: string[] }[]
    }

    const files = components.flatMap((component) => component.files)
    expect(files.filter((file) => !existsSync(join(installed, file)))).toEqual([])
    expect(components.find(({ name }) => name === 'Python')?.files).toHaveLength(1)
    expect(components.find(({ name }) => name === 'pip')).toMatchObject({ license: 'MIT' })
    expect(components.map(({ name }) => name)).toContain('Tcl and Tk')
    expect(components.every(({ license }) => license !== '')).toBe(true)
  })
})

/** Rules that copy the libraries of the program; libstdc++ stands for one that an application brings along. */
function copyLibraries(excludes: string): string {
  return `install(TARGETS tiny DESTINATION . COMPONENT app RUNTIME_DEPENDENCY_SET libraries)
install(RUNTIME_DEPENDENCY_SET libraries DESTINATION libraries COMPONENT app ${excludes}
  POST_INCLUDE_REGEXES "/libstdc" "/libpython" POST_EXCLUDE_REGEXES ".*")
pyembed_install(COMPONENT app)`
}
