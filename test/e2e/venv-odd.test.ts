import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { basename, dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { cleanEnvironment, cliPath, runCli } from '../helpers/cli.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { codeIn, importDemo } from '../helpers/venv.ts'
import { sides, useSides } from '../helpers/venv-side.ts'

const { world, bySide } = useSides('venv-odd')

describeWithTools(['cmake', 'ninja', 'g++'], 'odd environments', () => {
  describe.each(sides)('by the %s', (side) => {
    it('are what their folder is called, whatever their record says', async () => {
      const { app, add, path } = bySide(side, 'named')
      const first = await path('first')
      cpSync(first, join(dirname(first), 'copy'), { recursive: true, verbatimSymlinks: true })
      const victim = join(world.directory, side, 'victim')
      mkdirSync(victim)
      const record = join(dirname(first), 'copy', 'pyembed-venv.json')
      const text = readFileSync(record, 'utf8')
      writeFileSync(record, text.replace('"name": "first"', `"name": "x/../../../../victim"`))
      mkdirSync(join(dirname(first), '.x'))
      mkdirSync(join(dirname(first), 'x'))

      expect((await add('copy')).exitCode).toBe(0)
      expect(await importDemo(app, 'copy')).toBe(`1 ${app.prefix}`)
      expect(await importDemo(app, 'first')).toContain('No module named')
      expect(readdirSync(victim)).toEqual([])
      expect(readFileSync(record, 'utf8')).toContain('"name": "copy"')
    })

    it('are broken when a part of them is a link, and nothing is written behind it', async () => {
      const { add, open, repair, path } = bySide(side, 'linked parts')
      const venv = await path('tool')
      const outside = join(world.directory, side, 'outside')
      renameSync(join(venv, 'lib'), outside)
      symlinkSync(outside, join(venv, 'lib'))
      const before = readdirSync(outside, { recursive: true })

      expect(codeIn((await add('tool')).stderr)).toBe('PYEMBED_VENV_BROKEN')
      expect((await repair('tool')).exitCode).toBe(0)
      expect((await open('tool')).exitCode).toBe(0)
      expect(readdirSync(outside, { recursive: true })).toEqual(before)
    })

    it('are made anew when what was installed is lost', async () => {
      const { app, add, repair, path } = bySide(side, 'lost')
      const venv = await path('tool')
      await add('tool')
      rmSync(join(venv, 'lib/python3.14/site-packages'), { recursive: true })

      expect(await importDemo(app, 'tool')).toContain('PYEMBED_VENV_BROKEN')
      // By the recorded steps, which name the folder of wheels; there is no index here.
      expect((await repair('tool')).stderr).not.toContain('error')
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
    })

    it('are made anew from a file that names another one and is not what it was', async () => {
      const { app, addFile, repair, path } = bySide(side, 'nested')
      const venv = await path('tool')
      const file = join(app.path, 'all.txt')
      writeFileSync(file, '-r base.txt\n')
      writeFileSync(join(app.path, 'base.txt'), 'demo\n')
      expect((await addFile('tool', file)).stderr).not.toContain('error')
      writeFileSync(file, '# of today\n-r base.txt\n')
      rmSync(join(venv, 'lib/python3.14/site-packages'), { recursive: true })

      expect((await repair('tool')).stderr).not.toContain('error')
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
    })

    it('of two copies of an app go from hand to hand', async () => {
      const id = `org.example.${side.length}`
      const dataHome = join(world.directory, side, 'data of two')
      const one = bySide(side, 'one/app', { id, dataHome })
      const other = bySide(side, 'other/app', { id, dataHome })
      await one.create('tool')
      const results = await Promise.all([one, other, one, other].map((each) => each.add('tool')))

      expect(results.map(({ exitCode, stderr }) => (exitCode === 0 ? '' : stderr))).toEqual(
        results.map(() => ''),
      )
      expect(await importDemo(other.app, 'tool')).toBe(`1 ${other.app.prefix}`)
    })

    it('of an app whose description is damaged are not looked for', async () => {
      const { app, open, create } = bySide(side, 'damaged app')
      const file = join(app.path, 'pyembed-app.json')
      const described = JSON.parse(readFileSync(file, 'utf8')) as object
      writeFileSync(file, JSON.stringify({ ...described, id: null }))
      const { stderr } = await open('tool')
      expect(codeIn(stderr)).toBe('PYEMBED_APP_FILE_INVALID')
      expect(stderr).toContain(file)
      expect(stderr).toMatch(/its [`']id[`'] is wrong/)

      writeFileSync(file, JSON.stringify({ ...described, schema: 2, more: [null, { a: 1.5 }] }))
      expect((await create('tool')).exitCode).toBe(0)
    })

    it('that are none are left alone', async () => {
      const { create, open, add, repair, remove, path } = bySide(side, 'no folders')
      const place = dirname(await path('tool'))
      writeFileSync(join(place, 'notes.txt'), 'mine')
      symlinkSync('/nowhere', join(place, 'dangling'))
      for (const name of ['notes.txt', 'dangling'])
        expect(codeIn((await create(name)).stderr)).toBe('PYEMBED_VENV_BROKEN')
      for (const verb of [create, add, repair, remove]) {
        const { stderr } = await verb('dangling')
        expect(codeIn(stderr)).toBe('PYEMBED_VENV_BROKEN')
        expect(stderr).toMatch(/it is a link to [`']\/nowhere[`'].*remove it by hand/s)
      }
      expect(JSON.stringify(await open('dangling'))).toContain('it is a link to')
      expect(readFileSync(join(place, 'notes.txt'), 'utf8')).toBe('mine')

      mkdirSync(join(place, 'odd', 'pyembed-venv.json'), { recursive: true })
      expect((await create('odd')).exitCode).toBe(0)
      expect((await remove('odd')).exitCode).toBe(0)
    })

    it('do not wait for what a pipe says that is called app.json', async () => {
      const { open, remove, path } = bySide(side, 'pipe')
      const folder = dirname(await path('tool'))
      const file = join(folder, 'app.json')
      rmSync(file)
      execFileSync('mkfifo', [file, join(folder, '.tool.held-1-0123abcd')])

      expect((await open('tool')).exitCode).toBe(0)
      expect((await remove('tool')).exitCode).toBe(0)
    })

    it('that a newer pyembed replaces are left to it', async () => {
      const { open, add, path } = bySide(side, 'newer')
      const venv = await path('tool')
      const next = join(dirname(venv), '.tool.next')
      mkdirSync(next)
      writeFileSync(join(next, 'pyembed-venv.json'), '{"format": 2}')

      expect((await open('tool')).exitCode).toBe(0)
      expect(codeIn((await add('tool')).stderr)).toBe('PYEMBED_VENV_NEWER')
      expect(existsSync(join(next, 'pyembed-venv.json'))).toBe(true)
    })

    it('are in use by a Python that was started in another way', async () => {
      const { remove, path } = bySide(side, 'by hand')
      const venv = await path('tool')
      const program = 'print("on", flush=True); import time; time.sleep(60)'
      const child = spawn(join('bin', 'python'), ['-c', program], {
        cwd: venv,
        env: cleanEnvironment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')

      const { stderr } = await remove('tool')
      child.kill('SIGKILL')
      await once(child, 'exit')
      expect(codeIn(stderr)).toBe('PYEMBED_VENV_IN_USE')
      expect(stderr).toContain(`process ${child.pid}`)
      expect((await remove('tool')).exitCode).toBe(0)
    })

    it('of MITK go to one of two apps that take them over at once', async () => {
      const dataHome = join(world.directory, side, 'data of MITK')
      const key = 'A581EFF9D5680494'
      const names = Array.from({ length: 12 }, (_, index) => `tool${index}`)
      for (const name of names) {
        const path = join(dataHome, 'mitk_venvs', key, name)
        mkdirSync(join(path, 'lib/python3.14/site-packages'), { recursive: true })
        writeFileSync(join(path, 'pyvenv.cfg'), 'home = /nowhere\n')
      }
      const apps = ['first', 'second'].map((app) =>
        bySide(side, `${app} heir/app`, { id: `org.example.${app}`, dataHome }),
      )
      const results = await Promise.all(apps.map(({ adopt }) => adopt(key)))

      expect(results.map(({ exitCode, stderr }) => (exitCode === 0 ? '' : stderr))).toEqual([
        '',
        '',
      ])
      const adopted = results.flatMap((result) => result.json<{ adopted: string[] }>().adopted)
      expect(adopted.toSorted()).toEqual(names.toSorted())
    })

    it('are not waited for where no folder can be made for them', async () => {
      const { create } = bySide(side, 'nowhere', { dataHome: '/proc/nope' })
      const { exitCode, stderr } = await create('tool')
      expect(exitCode).toBe(1)
      expect(stderr).toContain('/proc/nope')
    })

    it('are not said to be none where a file is in place of their folder', async () => {
      const file = join(world.directory, side, 'data file')
      const { prune } = bySide(side, 'filed', { dataHome: file })
      writeFileSync(file, '')
      const { exitCode, stderr } = await prune()
      expect(exitCode).toBe(1)
      expect(stderr).toContain(file)
    })

    it('of another app stay with it', async () => {
      const dataHome = join(world.directory, side, 'data of many')
      const theirs = bySide(side, 'theirs/app', { id: 'org.example.theirs', dataHome })
      const ours = bySide(side, 'ours/app', { id: 'org.example.ours', dataHome })
      const { key } = await theirs.app.create('tool')

      const { adopted, left } = (await ours.adopt(key)).json()
      expect(adopted).toEqual([])
      expect(JSON.stringify(left)).toContain(theirs.app.path)
      expect((await theirs.open('tool')).exitCode).toBe(0)
    })
  })
})

it('are told of by commands that work from any folder', async () => {
  const dataHome = join(world.directory, 'command line', 'data of hints')
  const { app } = bySide('command line', 'hints', { dataHome })
  const elsewhere = { env: { ...app.env, XDG_DATA_HOME: undefined }, cwd: dirname(app.path) }
  const flags = ['--app', basename(app.path), '--data-home', basename(dataHome)]
  mkdirSync(dataHome)
  const { stderr } = await runCli(['venv', 'path', 'my-tool', ...flags], elsewhere)
  const where = `--app '${app.path}' --data-home '${dataHome}'`
  expect(stderr).toContain(`\`pyembed venv create my-tool ${where}\``)
  expect(stderr).toContain(`\`pyembed venv list --data-home '${dataHome}'\``)
  const python = join(app.path, 'python')
  const byName = ['--python', python, '--app-name', 'My App', '--app-id', 'org.example.my']
  const named = await runCli(['venv', 'path', 'tool', ...byName], { ...elsewhere, env: app.env })
  expect(named.stderr).toContain(
    `venv create tool --python '${python}' --app-name 'My App' --app-id org.example.my\``,
  )
})

it('are there when standard output is full', async () => {
  const { app } = bySide('command line', 'full')
  const full = openSync('/dev/full', 'w')
  const args = [cliPath, 'venv', 'create', 'tool', '--app', app.executable]
  const env = { ...cleanEnvironment(), ...app.env }
  const { stderr } = spawnSync(process.execPath, args, { env, stdio: ['ignore', full, 'pipe'] })
  closeSync(full)
  expect(stderr.toString()).toContain('standard output cannot be written: ENOSPC')
  expect(stderr.toString()).not.toContain('store prune')
  expect((await app.list()).map(({ name }) => name)).toEqual(['tool'])
})
