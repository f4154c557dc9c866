import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { cleanEnvironment } from '../helpers/cli.ts'
import { linkPrefix, sharedResult } from '../helpers/prefix.ts'
import { windows } from '../helpers/project.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { codeIn, describeApp } from '../helpers/venv.ts'
import { buildVenvTool, runTool, type RunTool } from '../helpers/venv-tool.ts'
import { openWine, wine, type Wine } from '../helpers/wine.ts'
import { builds, newest as pythons } from './pythons.ts'

const [newest] = pythons
const vectors = fileURLToPath(new URL('../vectors', import.meta.url))
const directory = sharedDirectory('venv-foreign')

interface Churned {
  readonly made: number
  readonly removed: number
  readonly failures: readonly string[]
}

/** What holds for environments on every system; packages are installed elsewhere. */
async function expectLife(run: RunTool): Promise<void> {
  const first = await run('create', 'a tool ü', 'none')
  expect({ stderr: first.stderr, json: first.json() }).toMatchObject({
    stderr: '',
    json: { created: true },
  })
  expect((await run('create', 'a tool ü')).json()).toMatchObject({ created: false })
  expect((await run('open', 'a tool ü')).json()).toMatchObject({ state: 'ready' })
  expect(codeIn((await run('create', 'NUL.x')).stderr)).toBe('PYEMBED_VENV_NAME')
  const { made, removed, failures } = (await run('churn', '2', '6')).json<Churned>()
  expect(failures).toEqual([])
  expect(made).toBeGreaterThan(10)
  const { key } = first.json<{ key: string }>()
  const listed = (await run('list'))
    .json<{ key: string; state: string }[]>()
    .filter((venv) => venv.key === key)
  expect(listed.map(({ state }) => state)).toEqual(listed.map(() => 'ready'))
  expect(listed).toHaveLength(1 + made - removed)
}

/**
 * Nothing is installed: pip imports `platform`, which asks WMI and crashes in wine 8. The key of a path is that of
 * the file on disk, which wine has behind `Z:`.
 */
describeWithTools(
  [wine, 'x86_64-w64-mingw32-g++-posix', 'cmake', 'ninja'],
  'environments on Windows, in wine',
  () => {
    let tool = ''
    let system: Wine
    const env = () => ({ ...cleanEnvironment(), ...system.env })
    beforeAll(async () => {
      tool = await buildVenvTool('windows')
      system = openWine(join(directory.path, 'wine'))
    })
    afterAll(() => system.stop())

    it.each(builds)('are whole or not there, Python $version', async ({ build, version }) => {
      const place = join(directory.path, `Program Files ${version}`)
      await linkPrefix(build, windows, join(place, 'python'))
      const { pinId } = sharedResult(build, windows)
      const app = describeApp(place, { version, pinId, id: `org.example.${build}` }, tool)
      const run: RunTool = async (...args) => {
        const result = await runTool(app, args, { env: env(), under: [wine], input: '' })
        const stderr = result.stderr.replaceAll('\r', '')
        return { ...result, stdout: result.stdout.replaceAll('\r', ''), stderr }
      }
      const dosVectors = `Z:${vectors.replaceAll('/', '\\')}`
      expect((await run('vectors', dosVectors)).json()).toMatchObject({ differ: [] })
      await expectLife(run)

      const program = 'import sys; print(sys.prefix == sys.base_prefix, sys.prefix)'
      const { path } = (await run('create', 'a tool ü')).json<{ path: string }>()
      expect(
        (await run('run', 'a tool ü', 'python', '-I', '-B', '-X', 'utf8', '-c', program)).stdout,
      ).toBe(`False ${path}`)
      const holder = spawn(wine, [app, 'hold', 'a tool ü'], { env: env(), stdio: 'pipe' })
      await once(holder.stdout, 'data')
      const refused = await run('remove', 'a tool ü')
      expect(codeIn(refused.stderr)).toBe('PYEMBED_VENV_IN_USE')
      expect(refused.stderr).toContain(`'${basename(app)}' (process `)
      holder.stdin.end()
      await once(holder, 'exit')
      expect((await run('remove', 'a tool ü')).json()).toEqual({ removed: true })
    })
  },
)

describeWithTools(
  ['qemu-aarch64-static', 'aarch64-linux-gnu-g++', 'cmake', 'ninja'],
  'environments on Linux aarch64, in qemu',
  () => {
    it('are whole or not there', async () => {
      const tool = await buildVenvTool('aarch64')
      const { prefix, pinId } = sharedResult(newest.build, 'aarch64-unknown-linux-gnu')
      const place = join(directory.path, 'arm app')
      const app = describeApp(place, { version: newest.version, pinId, prefix }, tool)
      const under = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu']
      const dataHome = join(directory.path, 'arm data')
      const run: RunTool = (...args) =>
        runTool(app, args, { env: { XDG_DATA_HOME: dataHome }, under })

      expect((await run('vectors', vectors)).json()).toMatchObject({ differ: [] })
      await expectLife(run)
      const { path } = (await run('create', 'a tool ü')).json<{ path: string }>()
      const python = join(path, 'bin/python')
      const look = 'import sys; print(sys.prefix, sys.base_prefix)'
      const { stdout } = await execa(under[0] ?? '', [
        ...under.slice(1),
        python,
        '-I',
        '-B',
        '-c',
        look,
      ])
      expect(stdout).toBe(`${path} ${prefix}`)
      expect((await run('remove', 'a tool ü')).json()).toEqual({ removed: true })
      expect(existsSync(join(dirname(path), '.a tool ü.lock'))).toBe(false)
    })
  },
)
