import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { writeCMakeFiles } from '../../src/cmake/write.ts'
import type { StoreEntry } from '../../src/store/entry.ts'
import { makeEntry } from '../../src/store/stage.ts'
import { cleanEnvironment } from '../helpers/cli.ts'
import { findCMakes } from '../helpers/cmake.ts'
import { makeHead } from '../helpers/store.ts'
import { makeDirectory, temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'

/**
 * Cases in the convention of CMake's own RunCMake (test/README.md): `<folder>/<case>.cmake` is configured by the
 * CMakeLists.txt of its folder, in a project whose Python is five empty files.
 */
const root = fileURLToPath(new URL('cases', import.meta.url))

/** The oldest CMake there is a promise for. */
const floor = '3.20.5'

/** The newest that is tried, with the doors only: in the rest CMakes do not differ. */
const newest = '4.4.4'

const cases = readdirSync(root).flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((file) => /^[A-Z]\w*\.cmake$/.test(file))
    .map((file) => ({ folder, name: file.replace('.cmake', '') })),
)

function readExpectation(folder: string, file: string): string | undefined {
  const path = join(root, folder, file)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}

function casesFor(version: string): typeof cases {
  return cases.filter(({ folder, name }) => {
    if (version === newest && folder !== 'Doors') return false
    const needs = readExpectation(folder, `${name}-needs.txt`) ?? ''
    return version.localeCompare(needs, 'en', { numeric: true }) >= 0
  })
}

const files = [
  'bin/python3.14',
  'lib/libpython3.14.so.1.0',
  'include/python3.14/Python.h',
  'lib/python3.14/os.py',
  'lib/python3.14/site-packages/README.txt',
]

describe('cases', () => {
  it('are all of RunCMake’s names', () => {
    const known =
      /^(?:CMakeLists\.txt|[A-Z]\w*(?:\.cmake|-setup\.cmake|-(?:result|stdout|stderr|arguments|needs)\.txt))$/
    const odd = readdirSync(root).flatMap((folder) =>
      readdirSync(join(root, folder)).filter((file) => !known.test(file)),
    )

    expect(odd).toEqual([])
    expect(cases.length).toBeGreaterThan(20)
  })
})

describeWithTools(['cmake'], 'CMake', () => {
  const store = makeDirectory('cases')
  afterAll(store.remove)
  let entry: StoreEntry
  beforeAll(async () => {
    const env = { dataDir: store.path, variables: process.env }
    entry = await makeEntry(env, makeHead(), (writer) => {
      for (const path of files) writer.writeFile(path, '0755', [])
      return Promise.resolve(() => Promise.resolve())
    })
  })

  describe.each(findCMakes(floor, newest))('$version', ({ path: cmake, version }) => {
    it.each(casesFor(version))('$folder/$name', async ({ folder, name }) => {
      const work = temporaryDirectory('case')
      const read = (suffix: string) => readExpectation(folder, `${name}-${suffix}`)
      await makeProject(join(work, 'project'), entry)
      const setup = join(root, folder, `${name}-setup.cmake`)
      const env = cleanEnvironment()
      if (existsSync(setup)) await execa(cmake, [`-DWORK=${work}`, '-P', setup], { env })
      const given = (read('arguments.txt') ?? '').replaceAll('@WORK@', work).split('\n')
      const common = [
        '-S',
        join(root, folder),
        '-B',
        join(work, 'build'),
        '-Werror=dev',
        `-DCASE=${name}`,
      ]
      const variables = [`-DWORK=${work}`, '-DPYEMBED_TARGET=x86_64-unknown-linux-gnu']
      const last = given.filter((argument) => argument !== '')
      const result = await execa(cmake, [...common, ...variables, ...last], {
        env,
        extendEnv: false,
        reject: false,
      })

      const told = result.stderr.replace(
        'The error=dev option is deprecated.  Use -Werror=author instead.',
        '',
      )
      expect(squash(told)).toMatch(expected(read('stderr.txt') ?? '^$', work))
      expect(squash(result.stdout)).toMatch(expected(read('stdout.txt') ?? '', work))
      expect(result.exitCode).toBe(Number(read('result.txt') ?? 0))
    })

    it.each(['OFF', 'ON'])(
      'materializes a store with hard names, without cp: %s',
      async (without) => {
        const script = fileURLToPath(new URL('materialize_python.cmake', import.meta.url))
        const options = [`-DWORK=${temporaryDirectory()}/w`, `-DWITHOUT_CP=${without}`]

        const { stderr } = await execa(cmake, [...options, '-P', script])

        expect(stderr).toBe('')
      },
    )
  })
})

/** What `pyembed sync` leaves. */
async function makeProject(directory: string, entry: StoreEntry): Promise<void> {
  const [manifest, lock] = ['[app]\nname = "Case"\n', '{}\n']
  mkdirSync(directory)
  writeFileSync(join(directory, 'pyembed.toml'), manifest)
  writeFileSync(join(directory, 'pyembed.lock'), lock)
  const source = { app: { name: 'Case', id: undefined }, trim: [], manifest, lock }
  await writeCMakeFiles(join(directory, '.pyembed'), [{ entry, tool: undefined }], source)
}

/** CMake breaks lines where a path makes them too long. */
function squash(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function expected(pattern: string, work: string): RegExp {
  return new RegExp(squash(pattern).replaceAll('@WORK@', work))
}
