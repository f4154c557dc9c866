import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

import { describe, expect, it } from 'vitest'

import { makeProject } from '../helpers/python-project.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { codeIn, importDemo } from '../helpers/venv.ts'
import { sides, useSides } from '../helpers/venv-side.ts'

const { bySide } = useSides('venv-options')

const recordIn = (venv: string): string => readFileSync(join(venv, 'pyembed-venv.json'), 'utf8')

describeWithTools(['cmake', 'ninja', 'g++'], 'options of pip', () => {
  describe.each(sides)('by the %s', (side) => {
    it('are not kept, said or shown with their passwords', async () => {
      const { app, addWith, path } = bySide(side, 'secrets')
      const venv = await path('tool')
      const project = join(app.path, 'project')
      const processes = makeProject(project)
      const secrets = [
        ['--proxy', 'ada:s3cr3t@127.0.0.1:9'],
        ['--proxy=http://ada:s3cr3t@127.0.0.1:9'],
        ['--index-url=http://ada:s3cr3t@127.0.0.1:9/simple'],
        ['--extra-index-url', 'http://ada:s3cr3t@127.0.0.1:9/simple'],
        ['--find-links=http://ada:s3cr3t@127.0.0.1:9/'],
      ]
      for (const options of secrets) {
        // By pip's own vendored libraries, which ask the proxy first.
        const failed = await addWith(
          'tool',
          [...options, '--retries=0', '--timeout=1'],
          'http://127.0.0.1:9/none-1.0-py3-none-any.whl',
        )
        expect(codeIn(failed.stderr)).toBe('PYEMBED_VENV_INSTALL_FAILED')
        expect(failed.stderr).not.toContain('s3cr3t')
      }
      const made = await addWith('tool', [...secrets.flat(), '--no-deps'], project)

      expect(made.stderr).not.toContain('s3cr3t')
      expect(made.exitCode).toBe(0)
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
      expect(recordIn(venv)).not.toMatch(/ada|s3cr3t/)
      expect(JSON.parse(recordIn(venv))).toMatchObject({
        steps: [{ options: expect.arrayContaining(['--proxy', '127.0.0.1:9']) as unknown }],
      })
      const [first = '', ...others] = readFileSync(processes, 'utf8').split('\n')
      const shown = [first, ...others].filter((line) => line.includes(venv.slice(0, -4)))
      expect(shown.join('\n')).toContain('venv_pip.py')
      expect(shown.join('\n')).not.toContain('s3cr3t')
    })

    it('install what may be edited, again when it is made anew', async () => {
      const { app, addWith, repair, path } = bySide(side, 'editable')
      const venv = await path('tool')
      const project = join(app.path, 'my project')
      makeProject(project)
      // As from a shell: relative to the working directory.
      expect(
        (await addWith('tool', ['-e', `./${relative(dirname(app.path), project)}`])).stderr,
      ).not.toContain('error')
      expect(JSON.parse(recordIn(venv))).toMatchObject({ steps: [{ options: ['-e', project] }] })
      expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)

      writeFileSync(join(project, 'src/demo.py'), 'value = "edited"\n')
      rmSync(join(venv, 'lib/python3.14/site-packages'), { recursive: true })
      expect((await repair('tool')).stderr).not.toContain('error')
      expect(await importDemo(app, 'tool')).toBe(`edited ${app.prefix}`)
    })

    it.each([
      [['--target=/x'], '--target'],
      [['-t', '/x'], '-t'],
      [['--prefix', '/x'], '--prefix'],
      [['--root=/x'], '--root'],
      [['--user'], '--user'],
      [['--dry-run'], '--dry-run'],
      [['-e', 'git+https://ada:s3cr3t@example.org/demo#egg=demo'], 'editable'],
    ])('refuse %j, by which nothing would be in the environment', async (options, named) => {
      const { addWith, path } = bySide(side, `refused ${named}`)
      const venv = await path('tool')
      const before = recordIn(venv)
      const { stderr } = await addWith('tool', options, 'demo')

      expect(codeIn(stderr)).toBe('PYEMBED_VENV_OPTION')
      expect(stderr).toContain(named)
      expect(stderr).not.toContain('s3cr3t')
      expect(recordIn(venv)).toBe(before)
    })

    it.each(['--pref=/x', '--roo=/x', '--us'])(
      'are refused by pip, which says why: %s',
      async (option) => {
        const { addWith, path } = bySide(side, `ambiguous ${option.slice(0, 4)}`)
        await path('tool')
        const { stderr } = await addWith('tool', [option], 'demo')
        expect(codeIn(stderr)).toBe('PYEMBED_VENV_INSTALL_FAILED')
        expect(stderr).toMatch(/could not install demo: .*ambiguous option: --/)
      },
    )
  })
})

it('of the command line name a project by --editable', async () => {
  const { app, path } = bySide('command line', 'flag')
  await path('tool')
  const project = join(app.path, 'project')
  makeProject(project)
  const made = await app.venv('install', 'tool', '--offline', '-e', project)

  expect(made.stderr).toContain(project)
  expect(await importDemo(app, 'tool')).toBe(`1 ${app.prefix}`)
})
