import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { checkBuild } from '../../src/check/check-build.ts'
import { formatInventory } from '../../src/store/entry.ts'
import { makeElf } from '../helpers/binaries.ts'
import { testContext } from '../helpers/context.ts'
import { errorOf } from '../helpers/errors.ts'
import { makeHead } from '../helpers/store.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

const context = testContext('/none')

/** A build directory as CMake and pyembed leave it, of files with these texts. */
function makeBuild(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const directory = temporaryDirectory('build')
  const all = {
    'CMakeCache.txt': 'CMAKE_PROJECT_NAME:STATIC=demo\n',
    'python/lib/libpython3.14.so.1.0': '',
    'python.pyembed/inventory.json': formatInventory(makeHead(), new Map()),
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  return directory
}

const reply = '.cmake/api/v1/reply'

/** What the File API says of a program with these include directories and this link line. */
function describeTarget(includes: readonly string[], link: string): Record<string, string> {
  const target = {
    name: 'app',
    type: 'EXECUTABLE',
    paths: { build: '.' },
    artifacts: [{ path: 'app' }],
    compileGroups: [{ includes: includes.map((path) => ({ path })) }],
    link: { commandFragments: [{ fragment: link }] },
    backtraceGraph: { commands: [], files: [], nodes: [] },
  }
  const index = { objects: [{ kind: 'codemodel', version: { major: 2 }, jsonFile: 'model.json' }] }
  const model = { configurations: [{ name: 'Debug', targets: [{ jsonFile: 'target.json' }] }] }
  return {
    [`${reply}/index-2026.json`]: JSON.stringify(index),
    [`${reply}/model.json`]: JSON.stringify(model),
    [`${reply}/target.json`]: JSON.stringify(target),
  }
}

async function failure(files?: Readonly<Record<string, string>>): Promise<unknown> {
  const build = makeBuild(files)
  return errorOf(() => checkBuild(context, { build }))
}

describe('checkBuild', () => {
  it('wants a build directory with a Python of pyembed', async () => {
    const build = temporaryDirectory('build')
    const empty = await errorOf(() => checkBuild(context, { build }))
    writeFileSync(join(build, 'CMakeCache.txt'), '')
    const other = await errorOf(() => checkBuild(context, { build }))

    expect(empty.code).toBe('PYEMBED_BUILD_NOT_PINNED')
    expect(other.code).toBe('PYEMBED_BUILD_NOT_PINNED')
    expect(other.hint).toContain('pyembed cmake')
  })

  it('wants what CMake says of it, whole', async () => {
    const code = 'PYEMBED_FILE_API_MISSING'
    const described = describeTarget(['/include'], 'liba.a')

    expect(await failure()).toMatchObject({ code })
    expect(await failure({ [`${reply}/index-2026.json`]: '{"objects":[]}' })).toMatchObject({
      code,
    })
    expect(await failure({ ...described, [`${reply}/model.json`]: '{' })).toMatchObject({ code })
    expect(await failure({ ...described, 'compile_commands.json': '[' })).toMatchObject({ code })
  })

  it.each([
    ['includes', describeTarget([], 'liba.a')],
    ['links', describeTarget(['/include'], '-O2')],
    ['binaries', describeTarget(['/include'], 'liba.a')],
  ])('proves nothing without %s', async (what, files) => {
    expect(await failure(files)).toMatchObject({
      code: 'PYEMBED_CHECK_EMPTY',
      message: expect.stringContaining(`no ${what} to check`) as string,
    })
  })

  it('names the build below that CMake has not described, when there is too little without it', async () => {
    const files = { ...describeTarget([], ''), 'sub/CMakeCache.txt': '' }

    expect(await failure(files)).toMatchObject({
      code: 'PYEMBED_CHECK_EMPTY',
      hint: expect.stringMatching(/cmake ".*[\\/]sub"/) as string,
    })
  })

  it('finds Pythons that link lines and binaries name and that are nowhere', async () => {
    const flags = '-L/none -lpython3.11 "C:/other/libs/python311.lib" -l:libpython3.12.so.1.0 -lm'
    const build = makeBuild({
      ...describeTarget(['/include'], flags),
      app: makeElf({ needed: ['libpython3.11.so.1.0', 'libm.so.6'], symbols: [] }),
      'module.cpython-311-x86_64-linux-gnu.so': makeElf({ needed: [], symbols: [] }),
      'plugin.so': makeElf({ needed: [], symbols: ['PyType_Ready'] }),
    })

    const { problems, ok } = await checkBuild(context, { build })

    expect(ok).toBe(false)
    expect(problems.map(({ kind, where, detail }) => [kind, where, detail])).toEqual([
      ['link', 'app (Debug)', ''],
      ['link', 'app (Debug)', ''],
      ['link', 'app (Debug)', ''],
      ['binary', 'app', expect.stringContaining('it wants libpython3.11.so.1.0')],
      ['binary', 'module.cpython-311-x86_64-linux-gnu.so', expect.stringContaining('Python 3.11')],
      ['binary', 'plugin.so', 'it has a Python linked into it'],
    ])
  })

  it('reads the caches of the builds below, and what a compiler read in them', async () => {
    const other = temporaryDirectory('other')
    writeFileSync(join(other, 'Python.h'), '')
    writeFileSync(join(other, 'patchlevel.h'), '')
    const cache = `# a comment\nTOOL:FILEPATH=/opt/py/bin/python3\nDIR:PATH=${other}\nNAME:STRING=python3\nLIB:FILEPATH=LIB-NOTFOUND\n`
    const log = `CMakeFiles/a.dir/a.c.o: a.c \\\n  ${other}/patchlevel.h\n`
    const build = makeBuild({
      ...describeTarget(['/include'], 'liba.a'),
      app: makeElf({ needed: [], symbols: [] }),
      'sub/CMakeCache.txt': cache,
      'sub/CMakeFiles/a.dir/a.c.o.d': log,
    })

    const { problems, nested, notes } = await checkBuild(context, { build })
    const allowed = await checkBuild(context, { build, allow: ['/opt/py', other] })

    expect(nested).toEqual([{ path: 'sub', fileApi: false }])
    expect(notes).toEqual([expect.stringContaining('sub: no File API reply')])
    expect(problems.map(({ kind, path, detail }) => [kind, path, detail])).toEqual([
      ['header', other, 'a compiler read it'],
      ['cache', '/opt/py/bin/python3', 'TOOL'],
      ['cache', other, 'DIR'],
    ])
    expect(allowed.ok).toBe(true)
    expect(new Set(allowed.pythons.map(({ owner }) => owner))).toEqual(new Set(['allowed']))
  })

  it('reads the commands of Ninja and of Make', async () => {
    const other = temporaryDirectory('other')
    for (const name of ['python3.11', 'two words/python']) {
      mkdirSync(dirname(join(other, name)), { recursive: true })
      writeFileSync(join(other, name), '')
    }
    symlinkSync(join(other, 'python3.11'), join(other, 'tool'))
    mkdirSync(join(other, 'python'))
    const ninja = [
      'build CMakeFiles/v | ${cmake_ninja_workdir}CMakeFiles/v: CUSTOM_COMMAND',
      `  COMMAND = cd /b && ${other}/python3.11 -c pass && cmake -E copy_directory ${other}/python x`,
      `  DESC = run ${other}/tool`,
      'build gen$ h.c: CUSTOM_COMMAND',
      `  COMMAND = sh -c "${other}/tool /none/python3" && python3 -c "print('\\$$a')" > "gen h.c"`,
      'build app: C_EXECUTABLE_LINKER__app_ main.o',
      `  POST_BUILD = cd /b && PY="${other}/two$ words/python" run`,
    ]
    const make = [
      'CMakeFiles/w:',
      `\t@$(CMAKE_COMMAND) -E cmake_echo_color --blue "run ${other}/tool"`,
      `\tcd /b/sub && ${other}/python3.11 -c pass`,
    ]
    const rules = ['rule C_COMPILER__app', `  command = ${other}/tool /usr/bin/cc -c $in`]
    const files = {
      ...describeTarget(['/include'], 'liba.a'),
      app: makeElf({ needed: [], symbols: [] }),
      'build.ninja': `${ninja.join('\n')}\n`,
      'CMakeFiles/rules.ninja': `${rules.join('\n')}\n`,
      'CMakeFiles/impl-Debug.ninja': `build sub/CMakeFiles/x-Debug: CUSTOM_COMMAND\n  COMMAND = ${other}/tool\n`,
      'sub/CMakeFiles/w.dir/build.make': `${make.join('\n')}\n`,
    }
    const build = makeBuild(files)

    const { problems, notes } = await checkBuild(context, { build })

    expect(problems.map(({ kind, where, path }) => `${kind} ${where} ${path}`)).toEqual([
      `command v ${other}/python3.11`,
      `command gen h.c ${other}/tool`,
      `command app ${other}/two words/python`,
      `command sub/x (Debug) ${other}/tool`,
      `command C_COMPILER__app ${other}/tool`,
      `command sub/w ${other}/python3.11`,
    ])
    expect(notes).toEqual(['gen h.c: it runs `python3`, and `PATH` decides which'])
    expect((await checkBuild(context, { build, allow: [other] })).ok).toBe(true)
  })
})
