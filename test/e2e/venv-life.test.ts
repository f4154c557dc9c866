import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'

import { execa } from 'execa'
import { beforeAll, describe, expect, inject, it } from 'vitest'

import { cleanEnvironment, cliPath, runCli } from '../helpers/cli.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { listTree } from '../helpers/tree.ts'
import {
  addDemo,
  type AppParts,
  codeIn,
  importDemo,
  type InstalledApp,
  installApp,
  openApp,
  type VenvJson,
} from '../helpers/venv.ts'
import { buildVenvTool, useTool } from '../helpers/venv-tool.ts'
import { makeWheel } from '../helpers/wheel.ts'
import { builds } from './pythons.ts'

const [newest, older] = builds
const directory = sharedDirectory('venv-life')
let wheels = ''
beforeAll(() => {
  chmodSync(directory.path, 0o755)
  wheels = join(directory.path, 'wheels')
  mkdirSync(wheels)
  makeWheel(wheels)
})

const place = (name: string): string => join(directory.path, name)
const install = (name: string, parts: Partial<AppParts> = {}): InstalledApp =>
  installApp(place(name), { ...newest, ...parts })

describe('an app', () => {
  it('with an id may move, and its environments work', async () => {
    const app = install('first place', { id: 'org.example.moving' })
    const { path } = await app.create('tool')
    expect((await addDemo(app, 'tool', wheels)).exitCode).toBe(0)
    renameSync(app.path, place('second place'))
    const prefix = place('prefix of the second')
    rmSync(join(place('second place'), 'python'))
    await copyLinked(app.prefix, prefix)
    symlinkSync(prefix, join(place('second place'), 'python'))

    const moved = openApp(place('second place'), app.dataHome, prefix)
    expect((await moved.venv('path', 'tool')).stdout).toBe(path)
    expect(await importDemo(moved, 'tool')).toBe(`1 ${prefix}`)
    expect(JSON.parse(readFileSync(join(path, '../app.json'), 'utf8'))).toMatchObject({
      path: moved.path,
    })
    rmSync(prefix, { recursive: true })
  })

  it('without an id finds them again by adopt', async () => {
    const app = install('before')
    const { path, key } = await app.create('tool')
    await addDemo(app, 'tool', wheels)
    renameSync(app.path, place('after'))
    const moved = openApp(place('after'), app.dataHome, app.prefix)

    const lost = await moved.venv('path', 'tool')
    expect(codeIn(lost.stderr)).toBe('PYEMBED_VENV_APP_MOVED')
    expect(lost.stderr).toContain(`pyembed venv adopt ${key}`)
    expect((await moved.list()).map(({ appExists }) => appExists)).toEqual([false])
    expect((await moved.venv('adopt', key, '--json')).json()).toMatchObject({
      adopted: ['tool'],
      left: [],
    })
    expect(await importDemo(moved, 'tool')).toContain('1 ')
    expect(existsSync(dirname(path))).toBe(false)
    expect(codeIn((await moved.venv('adopt', key)).stderr)).toBe('PYEMBED_VENV_NOT_FOUND')
  })

  it('of two versions has two sets, and the newer is made from what the older has', async () => {
    const id = 'org.example.twice'
    const old = install('version 1', { ...older, id, dataHome: place('shared data') })
    const now = install('version 2', { id, dataHome: place('shared data') })
    const before = await old.create('tool', '--inherit', 'none')
    await addDemo(old, 'tool', wheels)

    const missing = await now.venv('path', 'tool')
    expect(codeIn(missing.stderr)).toBe('PYEMBED_VENV_NEEDS_REBUILD')
    const repaired = await now.venv('repair', 'tool', '--offline', '--json')
    expect({ ...repaired, json: undefined }).toMatchObject({ exitCode: 0 })
    expect(repaired.json()).toMatchObject({ repaired: 'rebuilt', name: 'tool' })
    const tree = listTree(before.path)
    for (const app of [old, now, old]) expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
    expect(listTree(before.path).filter((line) => !line.includes('__pycache__'))).toEqual(
      tree.filter((line) => !line.includes('__pycache__')),
    )
    expect((await now.venv('repair', 'tool', '--json')).json()).toMatchObject({
      repaired: 'nothing',
    })
  })

  it('takes over environments of MITK', async () => {
    const app = install('mitk app', { name: 'mitk' })
    const theirs = join(app.dataHome, 'mitk_venvs/A581EFF9D5680494/nnunet')
    mkdirSync(dirname(theirs), { recursive: true })
    await execa(join(app.prefix, 'bin/python3.14'), ['-m', 'venv', '--without-pip', theirs], {
      env: cleanEnvironment(),
      extendEnv: false,
    })

    expect(await app.list()).toMatchObject([{ app: 'mitk', name: 'nnunet', state: 'foreign' }])
    expect((await app.venv('adopt', 'A581EFF9D5680494', '--json')).json()).toMatchObject({
      adopted: ['nnunet'],
    })
    expect(await app.list()).toMatchObject([{ name: 'nnunet', state: 'ready' }])
    expect((await addDemo(app, 'nnunet', wheels)).exitCode).toBe(0)
    expect(await importDemo(app, 'nnunet')).toBe(`1 ${app.prefix}`)
  })

  it('with an id and another name has others, and which are removed has to be said', async () => {
    const parts = { id: 'org.example.renamed', dataHome: place('data of renamed') }
    const [old, renamed] = [
      install('old name', { ...parts, name: 'Old' }),
      install('new name', { ...parts, name: 'New' }),
    ]
    const { key, path } = await old.create('tool')
    expect(await renamed.create('tool')).toMatchObject({ created: true, key })

    const remove = (...flags: string[]) =>
      runCli(['venv', 'remove', 'tool', '--key', key, ...flags], { env: old.env })
    const { exitCode, stderr } = await remove()
    expect({ exitCode, code: codeIn(stderr) }).toEqual({ exitCode: 2, code: 'PYEMBED_USAGE' })
    expect((await remove('--app-name', 'Old')).exitCode).toBe(0)
    expect(existsSync(path)).toBe(false)
    expect((await old.list()).map(({ app }) => app)).toEqual(['New'])
  })

  it('that is gone leaves environments that are pruned when they were not used for long', async () => {
    const app = install('gone')
    const { path } = await app.create('tool')
    const kept = install('still there', { dataHome: app.dataHome })
    await kept.create('other')
    const prune = async (...flags: string[]) =>
      (await runCli(['venv', 'prune', '--json', ...flags], { env: app.env }))
        .json<{ removed: VenvJson[] }>()
        .removed.map((each) => each.path)
    rmSync(app.path, { recursive: true })

    expect(await prune('--yes')).toEqual([])
    const old = new Date(Date.now() - 40 * 24 * 3600 * 1000)
    for (const venv of await app.list()) utimesSync(join(venv.path, 'pyembed-venv.json'), old, old)
    expect(await prune()).toEqual([path])
    expect(existsSync(path)).toBe(true)
    expect(await prune('--yes')).toEqual([path])
    expect((await app.list()).map(({ name }) => name)).toEqual(['other'])
  })
})

describe('uninstalling', () => {
  it.each([false, true])('tells what the disk gets back, one in use: %s', async (isUsed) => {
    const app = install(`uninstalled ${isUsed}`)
    const more = { dataHome: app.dataHome, id: 'org.example.more' }
    const other = install(`uninstalled too ${isUsed}`, more)
    const { python } = await app.create('tool', '--inherit', 'none')
    expect((await addDemo(app, 'tool', wheels)).exitCode).toBe(0)
    // By hand, and what a killed install left.
    await execa(python, [
      '-c',
      'open(__import__("demo").__file__ + ".big", "w").write("x" * 99999)',
    ])
    const { path } = await other.create('other')
    const leftover = join(dirname(path), '.other.tmp-0123')
    mkdirSync(leftover)
    writeFileSync(join(leftover, 'half'), 'x'.repeat(5000))
    const [data, cache] = [place(`data ${isUsed}`), place(`cache ${isUsed}`)]
    const part = join(cache, 'unpacked', `${'0'.repeat(64)}-x`)
    for (const folder of [part, join(data, 'store/cpython-x')])
      mkdirSync(folder, { recursive: true })
    writeFileSync(join(part, 'file'), 'x'.repeat(70_000))
    linkSync(join(part, 'file'), join(data, 'store/cpython-x/file'))
    linkSync(join(part, 'file'), join(data, 'store/cpython-x/again'))
    const env = { ...app.env, PYEMBED_DATA_DIR: data, PYEMBED_CACHE_DIR: cache }
    const run = async (...flags: string[]) =>
      (await runCli(['uninstall', '--venvs', '--json', ...flags], { env })).json<Uninstalled>()

    const before = fileBytes(data, cache, app.dataHome)
    const asked = await run()
    expect(asked.freedBytes).toBe(before)
    expect(asked.venvs.map((each) => each.sizeBytes)).toEqual(
      asked.venvs.map((each) => fileBytes(each.path)),
    )
    expect(asked.venvs).toHaveLength(2)
    const user = isUsed ? execa(python, ['-c', 'input()'], { stdin: 'pipe' }) : undefined
    const done = await run('--yes')
    user?.stdin?.end('\n')
    await user

    expect(done.freedBytes).toBe(before - fileBytes(data, cache, app.dataHome))
    expect(done.venvs).toHaveLength(isUsed ? 1 : 2)
  })
})

interface Uninstalled {
  readonly freedBytes: number
  readonly venvs: readonly { readonly path: string; readonly sizeBytes: number }[]
}

/** Of files and links, each once, by find(1). */
function fileBytes(...paths: readonly string[]): number {
  const there = paths.filter((path) => existsSync(path))
  if (there.length === 0) return 0
  const args = [...there, '!', '-type', 'd', '-printf', '%D:%i %s\n']
  const lines = new Set(execFileSync('find', args, { encoding: 'utf8' }).trim().split('\n'))
  return [...lines].reduce((sum, line) => sum + Number(line.split(' ')[1] ?? 0), 0)
}

describe('which app it is', () => {
  it('says the project, whose Python the store keeps for its environments', async () => {
    const { directory: project } = inject('projects')[newest.build] ?? { directory: '' }
    const env = { ...inject('cliEnv'), XDG_DATA_HOME: place('project data') }
    const { json, stderr } = await runCli(['venv', 'create', 'tool', '--json'], {
      cwd: project,
      env,
    })

    expect(stderr).toBe('')
    expect(json<VenvJson>()).toMatchObject({ app: 'E2E', created: true })
    const program = 'import numpy, sys; print(numpy.__version__, sys.pycache_prefix)'
    const ran = await runCli(['venv', 'run', 'tool', '--', 'python', '-c', program], {
      cwd: project,
      env,
    })
    // No byte code gets into the store.
    expect(ran.stdout).toMatch(new RegExp(`^${newest.numpy} .*/pyc/cpython-`))
    rmSync(place('project data'), { recursive: true })
  })

  it('says what is named, or the error what to name', async () => {
    const app = install('named')
    const run = (...args: string[]) =>
      runCli(['venv', 'create', 'tool', ...args], { cwd: directory.path, env: app.env })

    expect(codeIn((await run()).stderr)).toBe('PYEMBED_APP_UNKNOWN')
    expect((await run()).stderr).toMatch(/--app PATH.*--python PREFIX --app-name NAME/)
    expect((await run('--python', app.prefix)).stderr).toContain('--app-name')
    expect(codeIn((await run('--app', wheels)).stderr)).toBe('PYEMBED_APP_FILE_INVALID')
    expect(
      (await run('--python', app.prefix, '--app-name', 'Named', '--json')).json(),
    ).toMatchObject({ app: 'Named', created: true })
    const byFolder = await run('--app', app.path, '--json')
    const byFile = await run('--app', app.executable, '--json')
    expect(byFile.json<VenvJson>().key).toBe(byFolder.json<VenvJson>().key)
  })
})

describeWithTools(['cmake', 'ninja', 'g++'], 'places', () => {
  it.each([
    'with a space',
    'a"b',
    "it's",
    '$(touch x)',
    '`touch x`',
    '%TEMP%',
    'a:b',
    'ü 日本 😀',
    'x'.repeat(200),
  ])('may be called %s', async (name) => {
    const app = install(name, { name, dataHome: join(place('homes'), name) })
    const { path } = await app.create('tool')

    expect(
      (await app.venv('run', 'tool', '--', 'python', '-c', 'import numpy, sys; print(sys.prefix)'))
        .stdout,
    ).toBe(path)
    const byApp = useTool(app, await buildVenvTool('gcc'))
    expect((await byApp('open', 'tool')).json()).toMatchObject({ state: 'ready', path })
    const made = (await byApp('create', 'own')).json<{ path: string }>()
    const prefix = 'import numpy, sys; print(sys.prefix)'
    expect((await byApp('run', 'own', 'python', '-c', prefix)).stdout).toBe(made.path)
    expect((await byApp('remove', 'own')).json()).toEqual({ removed: true })
    // What a shell would have made of a name.
    expect(readdirSync(directory.path)).not.toContain('x')
  })

  it('may be behind a link, and not have a line break', async () => {
    mkdirSync(place('real home'))
    symlinkSync(place('real home'), place('home link'))
    const app = install('linked', { dataHome: place('home link') })
    await app.create('tool')
    expect((await app.venv('run', 'tool', '--', 'python', '-c', 'print(1)')).stdout).toBe('1')

    const broken = install('line\nbreak', { dataHome: place('line data') })
    rmSync(join(broken.path, 'python'))
    mkdirSync(join(broken.path, 'python/bin'), { recursive: true })
    writeFileSync(join(broken.path, 'python/bin/python3.14'), '')
    expect(codeIn((await broken.venv('create', 'tool')).stderr)).toBe('PYEMBED_PATH_UNSUPPORTED')
    expect(codeIn((await app.venv('create', 'a\nb')).stderr)).toBe('PYEMBED_VENV_NAME')
  })

  it('may be read-only, then nothing is made and everything runs', async () => {
    const app = install('read-only')
    // Nobody else may look into the store of these tests.
    rmSync(join(app.path, 'python'))
    await copyLinked(app.prefix, join(app.path, 'python'))
    const { path } = await app.create('tool')
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    const run = (...args: string[]) =>
      execa(process.execPath, [cliPath, 'venv', ...args], {
        cwd: '/',
        env: { ...cleanEnvironment(), ...app.env, HOME: '/nonexistent' },
        extendEnv: false,
        reject: false,
        ...nobody,
      })
    for (const each of [path, dirname(path), dirname(dirname(path)), app.dataHome])
      chmodSync(each, 0o555)

    const [made, ran, found] = [
      await run('create', 'more', '--app', app.executable),
      await run('run', 'tool', '--app', app.executable, '--', 'python', '-c', 'print(7)'),
      await run('path', 'tool', '--app', app.executable),
    ]
    for (const each of [path, dirname(path), dirname(dirname(path)), app.dataHome])
      chmodSync(each, 0o755)
    expect(codeIn(made.stderr)).toBe('PYEMBED_FILE_SYSTEM')
    expect({ stdout: ran.stdout, stderr: ran.stderr }).toEqual({ stdout: '7', stderr: '' })
    expect(found.stdout).toBe(path)
  })

  it('must be somewhere', async () => {
    const app = install('homeless')
    rmSync(join(app.path, 'python'))
    mkdirSync(join(app.path, 'python/bin'), { recursive: true })
    writeFileSync(join(app.path, 'python/bin/python3.14'), '')
    const env = { ...app.env, XDG_DATA_HOME: 'relative', HOME: '' }
    const nobody = process.getuid?.() === 0 ? { uid: 4242, gid: 4242 } : {}
    const { stderr } = await execa(
      process.execPath,
      [cliPath, 'venv', 'create', 'tool', '--app', app.executable],
      {
        cwd: '/',
        env: { ...cleanEnvironment(), ...env },
        extendEnv: false,
        reject: false,
        ...nobody,
      },
    )

    expect(codeIn(stderr)).toBe('PYEMBED_HOME_UNKNOWN')
  })
})

describe('what is damaged', () => {
  it('is found, and put right with what is installed in it', async () => {
    const app = install('damaged')
    const { path } = await app.create('tool', '--inherit', 'none')
    await addDemo(app, 'tool', wheels)
    for (const lost of ['pyvenv.cfg', 'bin']) {
      rmSync(join(path, lost), { recursive: true })
      const { stderr } = await app.venv('path', 'tool')
      expect(codeIn(stderr)).toBe('PYEMBED_VENV_BROKEN')
      expect((await app.venv('repair', 'tool', '--json')).json()).toMatchObject({
        repaired: 'files',
      })
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
    }

    writeFileSync(join(path, '../notes.txt'), 'a file beside environments')
    expect((await app.list()).map(({ name }) => name)).toEqual(['tool'])

    const record = join(path, 'pyembed-venv.json')
    const text = readFileSync(record, 'utf8')
    writeFileSync(record, text.replace('"format": 1', '"format": 2'))
    for (const verb of ['path', 'create', 'repair'])
      expect(codeIn((await app.venv(verb, 'tool')).stderr)).toBe('PYEMBED_VENV_NEWER')
    writeFileSync(record, text)
    expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
  })
})

/** A prefix of its own, in no time. */
async function copyLinked(from: string, to: string): Promise<void> {
  await execa('cp', ['-al', from, to])
}
