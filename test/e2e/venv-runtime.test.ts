import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'
import { beforeAll, expect, it } from 'vitest'

import { cleanEnvironment } from '../helpers/cli.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { tracing, withFault } from '../helpers/strace.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { listTree } from '../helpers/tree.ts'
import {
  type AppParts,
  codeIn,
  farAwayHolder,
  importDemo,
  type InstalledApp,
  installApp,
  type ListedJson,
  type VenvJson,
} from '../helpers/venv.ts'
import {
  buildVenvTool,
  type RunTool,
  runTool,
  useTool,
  type Variant,
} from '../helpers/venv-tool.ts'
import { makeWheel } from '../helpers/wheel.ts'
import { builds } from './pythons.ts'

const [newest, older] = builds
const vectors = fileURLToPath(new URL('../vectors', import.meta.url))
const directory = sharedDirectory('venv-runtime')
let wheels = ''
let tool = ''

const install = (name: string, parts: Partial<AppParts> = {}): [InstalledApp, RunTool] => {
  const app = installApp(join(directory.path, name), { ...newest, ...parts })
  return [app, useTool(app, tool)]
}
const add = (run: RunTool, name: string, ...more: string[]) =>
  run('install', name, '--offline', '--find-links', wheels, ...more)
/** What is the same whoever made an environment, and when. */
function recordOf(venv: string): unknown {
  const members = JSON.parse(readFileSync(join(venv, 'pyembed-venv.json'), 'utf8')) as object
  return { ...members, name: '', created: '' }
}

describeWithTools(
  ['cmake', 'ninja', 'g++', 'clang', 'strace'],
  'environments by the C++ runtime',
  () => {
    beforeAll(async () => {
      chmodSync(directory.path, 0o755)
      wheels = join(directory.path, 'wheels')
      mkdirSync(wheels)
      makeWheel(wheels)
      const greeting = 'def main():\n    print("hello of", __file__)\n'
      const files = {
        'greeter/__init__.py': greeting,
        'dist-info/entry_points.txt': '[console_scripts]\ngreet = greeter:main\n',
      }
      for (const version of ['1.0', '2.0']) makeWheel(wheels, { name: 'greeter', version, files })
      const old = { 'numpy/__init__.py': '__version__ = "1.26.4"\n' }
      makeWheel(wheels, { name: 'numpy', version: '1.26.4', files: old })
      tool = await buildVenvTool('gcc')
    })

    it.each<Variant>(['gcc', 'clang', 'addresses'])(
      'agree with the vectors, by %s',
      async (variant) => {
        const program = await buildVenvTool(variant)
        const { cases, differ } = (await runTool(program, ['vectors', vectors])).json()

        expect(differ).toEqual([])
        expect(Object.values(cases as object)).toSatisfy((counts: number[]) =>
          counts.every((count) => count > 0),
        )
      },
    )

    it.each(builds)('are those of the command line, Python $version', async (python) => {
      const [app, run] = install(`same ${python.version}`, python)
      const made = (await run('create', 'by-app', 'none')).json()
      const cli = await app.create('by-cli', '--inherit', 'none')

      expect(made).toMatchObject({ created: true, key: cli.key })
      expect((await app.venv('path', 'by-app')).stdout).toBe(made['path'])
      expect((await run('open', 'by-cli')).json()).toMatchObject({ state: 'ready', path: cli.path })
      expect(await app.create('by-app')).toMatchObject({ created: false })
      expect((await run('create', 'by-cli')).json()).toMatchObject({ created: false })
      const path = String(made['path'])
      expect(listTree(path)).toEqual(listTree(cli.path))
      expect(readFileSync(join(path, 'pyvenv.cfg'), 'utf8')).toBe(
        readFileSync(join(cli.path, 'pyvenv.cfg'), 'utf8'),
      )
      expect(recordOf(path)).toEqual(recordOf(cli.path))
      const listed = (await app.list()).map(({ name, state, packages }) => [name, state, packages])
      const seen = (await run('list')).json<ListedJson[]>()
      expect(seen.map(({ name, state, packages }) => [name, state, packages])).toEqual(listed)
    })

    it('take packages, whose scripts run, and keep those of the app', async () => {
      const [app, run] = install('an app: $(touch x) ü')
      await run('create', 'tool')
      const first = await add(run, 'tool', 'greeter==1.0')
      expect(first.stderr).toContain('Installing greeter==1.0')
      expect(first.json()).toMatchObject({ packages: ['greeter==1.0'], restartRequired: [] })

      const greet = await run('run', 'tool', 'greet')
      expect(greet.stdout).toMatch(
        /^hello of .*an app: \$\(touch x\) ü data.*greeter\/__init__\.py$/,
      )
      expect((await app.venv('run', 'tool', '--', 'greet')).stdout).toBe(greet.stdout)
      // pip itself finds that RECORD tells the truth.
      const check = await run('run', 'tool', 'python', '-m', 'pip', 'list', '--format=freeze')
      expect(check.stdout).toMatch(/greeter==1\.0/)

      const numpy = await add(run, 'tool', 'numpy<2')
      expect(codeIn(numpy.stderr)).toBe('PYEMBED_VENV_INSTALL_FAILED')
      expect(numpy.stderr).toContain('inherits nothing has its own')
      await run('create', 'own', 'none')
      expect((await add(run, 'own', 'numpy<2')).json()).toMatchObject({
        packages: ['numpy==1.26.4'],
      })
      const version = 'import numpy; print(numpy.__version__)'
      expect((await run('run', 'own', 'python', '-c', version)).stdout).toBe('1.26.4')
      expect((await run('run', 'tool', 'python', '-c', version)).stdout).toBe(newest.numpy)
    })

    it('take what has to be built, and what files of requirements with hashes say', async () => {
      const [app, run] = install('sdist')
      await run('create', 'tool')
      const options = ['--no-cache-dir', '--no-binary', 'iniconfig'].flatMap((option) => [
        '--option',
        option,
      ])
      const built = await run('install', 'tool', ...options, 'iniconfig==2.0.0')
      expect({ exitCode: built.exitCode, stderr: built.stderr }).toMatchObject({ exitCode: 0 })
      expect(built.stderr).toContain('Building wheel for iniconfig')
      const file = join(directory.path, 'requirements.txt')
      const { sha256 } = makeWheel(wheels)
      writeFileSync(file, `demo==1.0 --hash=sha256:${'0'.repeat(64)}\n`)
      const refused = await add(run, 'tool', '--requirements', file)
      expect(codeIn(refused.stderr)).toBe('PYEMBED_VENV_INSTALL_FAILED')
      writeFileSync(file, `demo==1.0 --hash=sha256:${sha256}\n`)
      expect((await add(run, 'tool', '--requirements', file)).json()).toMatchObject({
        packages: ['demo==1.0', 'iniconfig==2.0.0'],
      })
      // What was installed can be installed again, by the other implementation too.
      const record = join(String((await run('open', 'tool')).json()['path']), 'pyembed-venv.json')
      expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({
        steps: [
          { options: ['--no-cache-dir', '--no-binary', 'iniconfig'] },
          { requirementFiles: [{ name: file }] },
        ],
      })
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
    })

    it('take all steps or none, and stop when they are told to', async () => {
      const [app, run] = install('steps')
      await run('create', 'tool', 'none')
      const failed = await add(run, 'tool', 'demo', '+', 'no-such-package')
      expect(codeIn(failed.stderr)).toBe('PYEMBED_VENV_INSTALL_FAILED')
      expect(failed.stderr).toContain('no-such-package (step 2 of 2)')
      expect((await run('list')).json()).toMatchObject([{ packages: [] }])

      const cancel = join(directory.path, 'cancel')
      writeFileSync(cancel, '')
      const stopped = useTool(app, tool, { env: { VENV_TOOL_CANCEL: cancel } })
      expect(codeIn((await add(stopped, 'tool', 'demo')).stderr)).toBe('PYEMBED_CANCELLED')
      expect(
        (await add(run, 'tool', 'demo', '+', '--find-links', wheels, 'greeter')).json(),
      ).toMatchObject({
        packages: ['demo==1.0', 'greeter==2.0'],
      })
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
    })

    it('keep what was installed by absolute paths', async () => {
      const [app, run] = install('paths')
      const { path } = (await run('create', 'tool', 'none')).json<VenvJson>()
      const wheel = 'demo-1.0-py3-none-any.whl'
      const args = ['install', 'tool', '--offline', '--find-links', '.', `./${wheel}`]
      const env = { ...cleanEnvironment(), ...app.env }
      await execa(app.executable, args, { cwd: wheels, env, extendEnv: false })

      const record = JSON.parse(readFileSync(join(path, 'pyembed-venv.json'), 'utf8')) as object
      expect(record).toMatchObject({
        steps: [{ findLinks: [`${wheels}/`], requirements: [join(wheels, wheel)] }],
      })
    })

    it('keep no password, and show none to other processes', async () => {
      const [app, run] = install('secrets')
      const { path } = (await run('create', 'tool', 'none')).json<VenvJson>()
      const secret = "s3cr':t@x"
      const index = `http://ada:${secret}@127.0.0.1:9/simple`
      const wheel = join(wheels, 'demo-1.0-py3-none-any.whl')
      const log = join(directory.path, 'secrets.log')
      const under = tracing('execve', log)
      const traced = useTool(app, tool, { under })
      const made = await traced('install', 'tool', '--index', index, wheel)

      expect(made.json()).toMatchObject({ packages: ['demo==1.0'] })
      // But for the command of this test itself.
      const [, ...started] = readFileSync(log, 'utf8').split('\n')
      expect(started.join('\n')).toContain('venv_pip.py')
      const record = readFileSync(join(path, 'pyembed-venv.json'), 'utf8')
      expect(record).toContain('http://127.0.0.1:9/simple')
      for (const text of [record, started.join('\n'), made.stderr, made.stdout]) {
        expect(text).not.toContain('s3cr')
        expect(text).not.toContain('t@x')
      }
    })

    it('are held by who runs in them, and a holder may install', async () => {
      const [app, run] = install('held')
      await run('create', 'tool', 'none')
      await add(run, 'tool', 'greeter==1.0')
      const holder = spawn(app.executable, ['hold', 'tool'], {
        env: { ...cleanEnvironment(), ...app.env },
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      await once(holder.stdout, 'data')

      for (const refused of [
        await app.venv('remove', 'tool'),
        await run('remove', 'tool'),
        await add(run, 'tool', 'demo'),
      ]) {
        expect(codeIn(refused.stderr)).toBe('PYEMBED_VENV_IN_USE')
        expect(refused.stderr).toContain(`process ${holder.pid}`)
      }
      holder.stdin.end()
      await once(holder, 'exit')

      const upgraded = await add(
        run,
        'tool',
        '--held',
        'greeter.part',
        '--held',
        'sys',
        'greeter==2.0',
      )
      expect(upgraded.json()).toMatchObject({
        restartRequired: ['greeter'],
        packages: ['greeter==2.0'],
      })
      const more = await add(run, 'tool', '--held', 'greeter', 'demo')
      expect(more.json()).toMatchObject({ restartRequired: [] })
      expect((await run('remove', 'tool')).json()).toEqual({ removed: true })
      expect((await run('remove', 'tool')).json()).toEqual({ removed: false })
    })

    it('tell what is the matter with them', async () => {
      const [old, runOld] = install('old', { ...older, id: 'org.example.states' })
      const [app, run] = install('new', { id: 'org.example.states', dataHome: old.dataHome })
      await runOld('create', 'tool', 'none')
      await add(runOld, 'tool', 'demo')
      expect((await run('open', 'nothing')).json()).toMatchObject({ state: 'missing' })
      expect((await run('open', 'tool')).json()).toMatchObject({ state: 'needs-rebuild' })
      expect(await repair(run, 'tool')).toBe('rebuilt')
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)

      const { path } = (await run('open', 'tool')).json<VenvJson>()
      rmSync(join(path, 'bin/python'))
      expect((await run('open', 'tool')).json()).toMatchObject({
        state: 'broken',
        reason: "it has no 'bin/python'",
      })
      expect(codeIn((await run('hold', 'tool')).stderr)).toBe('PYEMBED_VENV_BROKEN')
      expect(await repair(run, 'tool')).toBe('files')
      expect(await repair(run, 'tool')).toBe('nothing')
      writeFileSync(join(path, 'pyembed-venv.json'), '{"format": 2}')
      expect((await run('open', 'tool')).json()).toMatchObject({ state: 'newer' })
      expect(codeIn((await run('create', 'tool')).stderr)).toBe('PYEMBED_VENV_NEWER')
      expect(codeIn((await run('create', 'a\nb')).stderr)).toBe('PYEMBED_VENV_NAME')
    })

    it('of an app without id are adopted after it moved', async () => {
      const [app, run] = install('before')
      await run('create', 'tool', 'none')
      await add(run, 'tool', 'greeter')
      const { key } = (await run('create', 'tool')).json<VenvJson>()
      const [place, after] = [app.path, join(directory.path, 'after')]
      renameSync(place, after)
      const moved: RunTool = (...args) => runTool(join(after, 'workbench'), args, { env: app.env })

      expect((await moved('open', 'tool')).json()).toMatchObject({
        state: 'app-moved',
        key,
        wasAt: place,
      })
      expect((await moved('adopt', key)).json()).toEqual({ adopted: ['tool'], left: {} })
      expect((await moved('run', 'tool', 'greet')).stdout).toContain('hello of')
      rmSync(after, { recursive: true })
      expect((await run('list').catch(() => undefined))?.exitCode).not.toBe(0)
    })

    it('do without locks of the file system', async () => {
      const app = installApp(join(directory.path, 'no locks'), newest)
      const under = withFault('flock:error=ENOLCK')
      const run = useTool(app, tool, { under })
      const { path } = (await run('create', 'tool')).json<VenvJson>()
      const lease = join(dirname(path), '.tool.lease')
      writeFileSync(lease, JSON.stringify(farAwayHolder))

      const { stderr } = await run('remove', 'tool')
      expect(codeIn(stderr)).toBe('PYEMBED_VENV_IN_USE')
      expect(stderr).toContain("'workbench' (process 7 on 'far-away', install)")
      expect(stderr).toContain(lease)
      rmSync(lease)
      expect((await run('remove', 'tool')).json()).toEqual({ removed: true })
      expect(existsSync(app.dataHome) ? listTree(app.dataHome) : []).toEqual([])
    })

    it('are used where they may only be read', async () => {
      const app = installApp(join(directory.path, 'read-only'), newest)
      const run = useTool(app, tool)
      const { path } = (await run('create', 'tool')).json<VenvJson>()
      const folders = [path, dirname(path), dirname(dirname(path)), app.dataHome]
      for (const folder of folders) chmodSync(folder, 0o555)
      const nobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups'] : []
      const restricted = useTool(app, tool, { under: nobody })
      const [opened, made] = [await restricted('open', 'tool'), await restricted('create', 'more')]
      for (const folder of folders) chmodSync(folder, 0o755)

      expect(opened.json()).toMatchObject({ state: 'ready', path })
      expect(made.exitCode).toBe(1)
      expect(made.stderr).toMatch(/Permission denied/)
    })
  },
)

const repaired = ['nothing', 'files', 'rebuilt']

async function repair(run: RunTool, name: string): Promise<string | undefined> {
  const { json } = await run('repair', name)
  return repaired[Number(json()['repaired'])]
}
