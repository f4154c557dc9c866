import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'

import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import { check } from '../helpers/check.ts'
import { copyExample, editManifest, runIn, sync } from '../helpers/example.ts'
import { cut } from '../helpers/soak.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'

/** All that the build needs of a PATH: no Python is among it. */
const programs = ['cmake', 'ninja', 'cc', 'c++', 'gcc', 'g++', 'as', 'ld', 'ar', 'ranlib', 'sh']

describeWithTools(['cmake', 'ninja', 'g++', 'readelf'], 'superbuild', () => {
  const root = makeDirectory('superbuild')
  const project = join(root.path, 'project')
  const build = join(project, 'build')
  const python = join(build, 'python')
  const env = { PATH: join(root.path, 'bin') }
  afterAll(root.remove)
  beforeAll(async () => {
    mkdirSync(env.PATH)
    for (const program of programs) symlinkSync(locate(program), join(env.PATH, program))
    copyExample('superbuild', project)
    await sync(project, inject('cliEnv'))
    await runIn(
      project,
      ['cmake', '-S', '.', '-B', 'build', '-G', 'Ninja Multi-Config', '-Werror=dev'],
      env,
    )
  })

  const buildAll = (config: string) =>
    runIn(project, ['cmake', '--build', 'build', '--config', config], env)
  const runApp = (config: string) => runIn('/', [join(build, 'app', config, 'app')], env)

  it.each(['Debug', 'Release'])(
    'builds %s with no Python on PATH, and nothing the second time',
    async (config) => {
      await expect(runIn('/', ['sh', '-c', 'python3 || python'], env)).rejects.toThrow(/not found/)

      const first = await buildAll(config)
      const second = await buildAll(config)

      expect(first).toContain(`Linking CXX executable ${config}/app`)
      expect(second).toContain('no work to do')
      expect(await runApp(config)).toContain(`Python 3.14.6 in ${python}\nPython 12.5664`)
    },
  )

  it('uses one Python in every step', async () => {
    const headers = await Promise.all(['library', 'app'].map((step) => ninja(step, '-t', 'deps')))
    const app = await runIn(build, ['readelf', '-d', join('app', 'Debug', 'app')])

    expect(pythonHeaders(headers.join('\n'))).toEqual([join(python, 'include/python3.14')])
    expect(app).toContain('[libpython3.14.so.1.0]')
    expect(app).toMatch(new RegExp(`RPATH.*\\[${join(python, 'lib')}`))
    for (const step of ['library', 'app'])
      expect(readFileSync(join(build, step, 'CMakeCache.txt'), 'utf8')).toContain(
        `Python3_ROOT_DIR:PATH=${python}\n`,
      )
  })

  const generators = [
    ['several configurations', ['-G', 'Ninja Multi-Config']],
    ['one', ['-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Debug']],
  ] as const
  it.each(cut(generators, 0))(
    'proves at once that all of its builds, of %s, use it',
    async (_, options) => {
      const tree = join(root.path, 'checked')
      const checked = join(root.path, 'with check')
      for (const name of [
        'CMakeLists.txt',
        'app',
        'library',
        'pyembed.toml',
        'pyembed.lock',
        '.pyembed',
      ])
        cpSync(join(project, name), join(checked, name), { recursive: true })
      appendFileSync(join(checked, 'CMakeLists.txt'), '\nenable_testing()\npyembed_add_check()\n')
      await runIn(checked, ['cmake', '-S', '.', '-B', tree, ...options], env)
      await runIn(checked, ['cmake', '--build', tree], env)

      const test = ['ctest', '--test-dir', tree, '-C', 'Debug', '--output-on-failure']
      expect(await runIn(checked, test)).toContain('100% tests passed')
      const report = await check(tree)
      rmSync(tree, { recursive: true })

      expect(report.nested).toEqual([
        { path: 'app', fileApi: true },
        { path: 'library', fileApi: true },
      ])
      expect(report.problems).toEqual([])
    },
  )

  it('compiles nothing when a package is added, which is there', async () => {
    editManifest(project, /^requires = .*$/m, 'requires = ["six"]')
    await expect(buildAll('Debug')).rejects.toThrow(
      /has changed\s+since the last sync[^]*pyembed sync/,
    )
    await sync(project, inject('cliEnv'))

    const told = await buildAll('Debug')

    expect(told).toContain("Performing configure step for 'app'")
    expect(told).not.toMatch(/Building|Linking/)
    expect(await runApp('Debug')).toContain('Python 12.5664')
    await runIn('/', [join(python, 'bin/python3'), '-I', '-c', 'import six, shapes'], env)
    expect(await buildAll('Debug')).toContain('no work to do')
  })

  it('compiles what includes Python.h, and nothing else, for another Python', async () => {
    editManifest(project, /^version = .*$/m, 'version = "3.11"\nbuild = "20241219"')
    await sync(project, inject('cliEnv'))

    const told = await buildAll('Debug')

    const built = [...told.matchAll(/Building \w+ object \S+\/([\w.-]+)\.o$/gm)].map(
      ([, name]) => name,
    )
    expect(built).toEqual(['shapes-python.c', 'main.cpp'])
    expect(await runApp('Debug')).toContain(`Python 3.11.11 in ${python}\nPython 12.5664`)
    expect(pythonHeaders(await ninja('app', '-t', 'deps'))).toContain(
      join(python, 'include/python3.11'),
    )
  })

  function ninja(step: string, ...args: readonly string[]): Promise<string> {
    return runIn(join(build, step), ['ninja', '-f', 'build-Debug.ninja', ...args], env)
  }
})

function locate(program: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const path = folders
    .map((folder) => join(folder, program))
    .find((candidate) => existsSync(candidate))
  if (path === undefined) throw new Error(`${program} is missing`)
  return path
}

function pythonHeaders(deps: string): readonly (string | undefined)[] {
  return [...new Set([...deps.matchAll(/(\S+)\/Python\.h$/gm)].map(([, path]) => path))]
}
