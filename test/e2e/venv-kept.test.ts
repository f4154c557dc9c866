import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { cleanEnvironment, cliPath } from '../helpers/cli.ts'
import { makeProject } from '../helpers/python-project.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { codeIn, importDemo } from '../helpers/venv.ts'
import { makeWheel } from '../helpers/wheel.ts'
import { sides, useSides } from '../helpers/venv-side.ts'

const { world, bySide } = useSides('venv-kept')

const mitkKey = 'A581EFF9D5680494'

/** An environment as MITK leaves it. */
function makeForeign(path: string): void {
  mkdirSync(join(path, 'lib/python3.14/site-packages'), { recursive: true })
  writeFileSync(join(path, 'pyvenv.cfg'), 'home = /nowhere\n')
}

describeWithTools(['cmake', 'ninja', 'g++'], 'what is somebody’s', () => {
  describe.each(sides)('by the %s', (side) => {
    it('stays: a folder of their own among the environments', async () => {
      const { create, remove, path } = bySide(side, 'folder')
      const mine = join(dirname(await path('tool')), 'mine')
      mkdirSync(mine)
      writeFileSync(join(mine, 'thesis.txt'), 'thesis')

      expect(codeIn((await create('mine')).stderr)).toBe('PYEMBED_VENV_BROKEN')
      expect(codeIn((await remove('mine')).stderr)).toBe('PYEMBED_VENV_BROKEN')
      expect(readFileSync(join(mine, 'thesis.txt'), 'utf8')).toBe('thesis')
    })

    it('stays: what was installed into an environment whose record is damaged', async () => {
      const { create, add, repair, remove, path } = bySide(side, 'damaged')
      const venv = await path('tool')
      await add('tool')
      truncateSync(join(venv, 'pyembed-venv.json'), 100)

      for (const verb of [create, repair]) {
        const { stderr } = await verb('tool')
        expect(stderr).toMatch(/remove (?:tool|it)\b.*, which deletes all/)
      }
      expect(codeIn((await create('tool')).stderr)).toBe('PYEMBED_VENV_BROKEN')
      expect(readdirSync(join(venv, 'lib/python3.14/site-packages')).join()).toContain('demo')
      expect((await remove('tool')).exitCode).toBe(0)
    })

    it('stays closed to others: a folder in an environment', async () => {
      const { add, path } = bySide(side, 'closed')
      const venv = await path('tool')
      const folder = join(venv, 'private')
      mkdirSync(folder)
      chmodSync(folder, 0o700)
      chmodSync(venv, 0o750)

      expect((await add('tool')).exitCode).toBe(0)
      expect([venv, folder].map((each) => statSync(each).mode & 0o777)).toEqual([0o750, 0o700])
    })

    it('goes with its environment: a folder that is read-only', async () => {
      const { app, path } = bySide(side, 'read-only folder')
      const venv = await path('tool')
      const folder = join(venv, 'data')
      mkdirSync(folder)
      writeFileSync(join(folder, 'file'), '')
      chmodSync(folder, 0o555)
      // Nobody else may look into the store of these tests.
      rmSync(join(app.path, 'python'))
      execFileSync('cp', ['-al', app.prefix, join(app.path, 'python')])
      const isRoot = process.getuid?.() === 0
      if (isRoot) execFileSync('chown', ['-R', '65534:65534', app.dataHome])

      const command = side === 'C++' ? [app.executable] : [process.execPath, cliPath, 'venv']
      const more = side === 'C++' ? [] : ['--app', app.executable]
      execFileSync(command[0] ?? '', [...command.slice(1), 'remove', 'tool', ...more], {
        cwd: '/',
        env: { ...cleanEnvironment(), ...app.env, HOME: '/nonexistent' },
        ...(isRoot ? { uid: 65534, gid: 65534 } : {}),
      })
      expect(existsSync(dirname(venv)) ? readdirSync(dirname(venv)) : []).toEqual([])
    })

    it('is not what a loss of power leaves: a new environment without its record', async () => {
      const { create, path } = bySide(side, 'power')
      truncateSync(join(await path('tool'), 'pyembed-venv.json'), 0)

      expect((await create('tool')).exitCode).toBe(0)
    })

    it('stays: what a link leads to that lies among environments of MITK', async () => {
      const dataHome = join(world.directory, side, 'data with link')
      const elsewhere = join(world.directory, side, 'elsewhere')
      makeForeign(elsewhere)
      makeForeign(join(dataHome, 'mitk_venvs', mitkKey, 'own'))
      symlinkSync(elsewhere, join(dataHome, 'mitk_venvs', mitkKey, 'linked'))
      const { adopt } = bySide(side, 'link', { dataHome })

      expect((await adopt(mitkKey)).json()).toMatchObject({ adopted: ['own'] })
      expect(readdirSync(elsewhere).toSorted()).toEqual(['lib', 'pyvenv.cfg'])
    })

    it('can be adopted again when an adoption was killed', async () => {
      const dataHome = join(world.directory, side, 'data half adopted')
      const old = join(dataHome, 'mitk_venvs', mitkKey, 'tool')
      makeForeign(old)
      const { app, adopt } = bySide(side, 'half adopted', { dataHome })
      await adopt(mitkKey)
      const [now] = await app.list()
      // As it is before the last step of an adoption.
      mkdirSync(dirname(old), { recursive: true })
      renameSync(now?.path ?? '', old)

      expect((await adopt(mitkKey)).json()).toMatchObject({ adopted: ['tool'] })
    })

    it.each(['none', 'its own'])('has pip when it was adopted, with before: %s', async (before) => {
      const dataHome = join(world.directory, side, `data with pip ${before}`)
      const old = join(dataHome, 'mitk_venvs', mitkKey, 'tool')
      const { app, adopt, add } = bySide(side, `with pip ${before}`, { dataHome })
      mkdirSync(dirname(old), { recursive: true })
      const options = { env: cleanEnvironment(), encoding: 'utf8' } as const
      const create = ['-m', 'venv', '--without-pip', old]
      execFileSync(join(app.prefix, 'bin/python3.14'), create, options)
      const packages = 'lib/python3.14/site-packages'
      // As ensurepip does it, which is not shipped.
      const pip = readdirSync(join(app.prefix, packages)).filter((name) => name.startsWith('pip'))
      if (before !== 'none')
        for (const name of pip)
          cpSync(join(app.prefix, packages, name), join(old, packages, name), { recursive: true })
      expect((await adopt(mitkKey)).json()).toMatchObject({ adopted: ['tool'] })

      const [{ path } = { path: '' }] = await app.list()
      const python = join(path, 'bin/python')
      const wheels = ['--no-index', '--find-links', world.wheels]
      execFileSync(python, ['-m', 'pip', 'install', ...wheels, 'demo'], options)
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
      expect((await app.venv('run', 'tool', '--', 'pip', 'list')).stdout).toContain('demo')
      execFileSync(python, ['-m', 'pip', 'uninstall', '-y', 'demo'], options)
      expect((await add('tool')).exitCode).toBe(0)
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
    })

    it('is not pruned as long as its AppImage may be mounted again', async () => {
      const dataHome = join(world.directory, side, 'data of an AppImage')
      const id = 'org.example.appimage'
      const image = bySide(side, '.mount_WorkbeAbc123/usr', { id, dataHome })
      const gone = bySide(side, 'gone', { id: 'org.example.gone', dataHome })
      const { prune } = bySide(side, 'pruner', { id: 'org.example.pruner', dataHome })
      for (const { app } of [image, gone]) {
        const { path } = await app.create('tool')
        utimesSync(join(path, 'pyembed-venv.json'), 1, 1)
        rmSync(app.path, { recursive: true })
      }

      expect((await prune()).exitCode).toBe(0)
      expect((await image.app.list()).map(({ appExists }) => appExists)).toEqual([false])
      expect((await prune('30')).exitCode).toBe(0)
      expect(await image.app.list()).toEqual([])
    })

    it('goes with an app that has an id and another name, when it is adopted', async () => {
      const dataHome = join(world.directory, side, 'data of a renamed')
      const id = 'org.example.renamed'
      const { app, open, adopt } = bySide(side, 'renamed', { id, dataHome })
      const { key } = await app.create('tool')
      const file = join(app.path, 'pyembed-app.json')
      writeFileSync(file, readFileSync(file, 'utf8').replace('"Workbench"', '"Bench"'))

      expect((await adopt(key)).json()).toMatchObject({ adopted: ['tool'] })
      expect((await open('tool')).exitCode).toBe(0)
      const paths = (await app.list()).map(({ path: each }) => each.slice(dataHome.length))
      expect(paths).toEqual([`/Bench_venvs/${key}/tool`])
    })

    it('stays: an environment that somebody put among those of an app that is there', async () => {
      const dataHome = join(world.directory, side, 'data of two apps')
      const theirs = bySide(side, 'their/app', { id: 'org.example.their', dataHome })
      const ours = bySide(side, 'our/app', { id: 'org.example.our', dataHome })
      const { key, path } = await theirs.app.create('tool')
      makeForeign(join(dirname(path), 'by hand'))

      expect((await ours.adopt(key)).json()).toMatchObject({ adopted: [] })
      expect(readdirSync(dirname(path))).toContain('by hand')
    })

    it('stays: what the app’s numpy is, whatever a package of another name brings', async () => {
      const { app, add } = bySide(side, 'numpy')
      const wheels = join(world.directory, side, 'wheels with numpy')
      mkdirSync(wheels)
      makeWheel(wheels, { files: { 'numpy/__init__.py': '', 'demo.py': '' } })
      const { path } = await app.create('tool')

      const { stderr } = await add('tool', wheels)
      expect(codeIn(stderr)).toBe('PYEMBED_VENV_INSTALL_FAILED')
      expect(stderr).toMatch(/would hide .*: [`']?numpy/)
      expect(readdirSync(join(path, 'lib/python3.14/site-packages'))).toEqual([])
      expect((await add('tool')).exitCode).toBe(0)
    })

    it('stays: what the app’s numpy is, whatever may be edited', async () => {
      const { app, addWith } = bySide(side, 'editable numpy')
      const project = join(app.path, 'project')
      makeProject(project)
      mkdirSync(join(project, 'src/numpy'))
      writeFileSync(join(project, 'src/numpy/__init__.py'), '')
      const { path } = await app.create('tool')

      const { stderr } = await addWith('tool', ['--no-index', '-e', project])
      expect(codeIn(stderr)).toBe('PYEMBED_VENV_INSTALL_FAILED')
      expect(stderr).toMatch(/would hide .*: [`']?numpy/)
      expect(stderr).not.toContain(`Installed ${project}`)
      expect(readdirSync(join(path, 'lib/python3.14/site-packages'))).toEqual([])
      // A namespace hides nothing.
      rmSync(join(project, 'src/numpy/__init__.py'))
      expect((await addWith('tool', ['--no-index', '-e', project])).exitCode).toBe(0)
    })

    it('stays: what pip by hand installs while something is installed', async () => {
      const { app, add, path } = bySide(side, 'by hand')
      const venv = await path('tool')
      const sitePackages = join(venv, 'lib/python3.14/site-packages')
      const adding = add('tool')
      const isStaged = (): boolean =>
        readdirSync(dirname(venv)).some((name) => name.startsWith('.tool.tmp-'))
      while (!isStaged()) await sleep(5)
      writeFileSync(join(sitePackages, 'mine.py'), '')

      expect(codeIn((await adding).stderr)).toBe('PYEMBED_VENV_IN_USE')
      expect(readdirSync(sitePackages)).toContain('mine.py')
      expect((await add('tool')).exitCode).toBe(0)
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
      expect(readdirSync(sitePackages)).toContain('mine.py')
    })
  })

  it('is listed, whatever one of them is like', async () => {
    const { app, path } = bySide('command line', 'listed')
    const venv = await path('tool')
    for (const name of ['looped', 'headless', 'piped'])
      cpSync(venv, join(dirname(venv), name), { recursive: true, verbatimSymlinks: true })
    const at = (...parts: string[]): string => join(dirname(venv), ...parts)
    rmSync(at('looped', 'lib'), { recursive: true })
    symlinkSync('lib', at('looped', 'lib'))
    rmSync(at('headless', 'bin/python'))
    rmSync(at('piped', 'pyembed-venv.json'))
    execFileSync('mkfifo', [at('piped', 'pyembed-venv.json')])
    symlinkSync('tool', at('alias'))
    const other = join(app.dataHome, 'Other_venvs', mitkKey)
    mkdirSync(other, { recursive: true })
    execFileSync('mkfifo', [join(other, 'app.json')])

    expect((await app.list()).map(({ name, state }) => [name, state])).toEqual([
      ['headless', 'broken'],
      ['looped', 'broken'],
      ['piped', 'foreign'],
      ['tool', 'ready'],
    ])
  })

  it('runs the pip of the environment, not one of another Python', async () => {
    const { app, path } = bySide('command line', 'pip')
    await path('tool')
    const { stdout } = await app.venv('run', 'tool', '--', 'pip', '--version')

    expect(stdout).toContain(app.prefix)
    expect(stdout).toContain('python 3.14')
  })

  it('takes what follows a verb for the verb’s', async () => {
    const { app, path } = bySide('command line', 'options')
    await path('tool')

    const { exitCode, stderr } = await app.venv('remove', 'tool', '--version')
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--version')])
    expect((await app.list()).map(({ name }) => name)).toEqual(['tool'])
  })
})
