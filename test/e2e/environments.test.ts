import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, inject, it } from 'vitest'

import { runCli } from '../helpers/cli.ts'
import { build, copyExample, runIn, sync } from '../helpers/example.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { makeWheel } from '../helpers/wheel.ts'

describeWithTools(['cmake', 'ninja', 'g++'], 'environments', () => {
  it('are made, filled and run in by a program, and seen by the command line', async () => {
    const root = temporaryDirectory('environments')
    const [project, wheels] = [join(root, "my pro'ject é"), join(root, 'wheels')]
    mkdirSync(wheels)
    makeWheel(wheels)
    copyExample('environments', project)
    await sync(project, inject('cliEnv'))
    await build(project)
    const program = join(project, 'build', 'environments')
    const env = { XDG_DATA_HOME: join(root, 'data'), PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels }

    const output = await runIn('/', [program, 'my tools', 'demo'], env)

    const [, path = ''] = /^Made +(\/.*)$/m.exec(output) ?? []
    expect(output).toContain(`Python in   ${path}\n`)
    expect(output).toContain(`based on    ${join(project, 'build', 'python')}\n`)
    expect(output).toMatch(/^ +demo 1\.0\n +numpy \d/m)
    expect(await runIn('/', [program, 'my tools'], env)).toContain(`Found       ${path}\n`)
    const listed = await runCli(['venv', 'list', '--json'], { cwd: project, env })
    expect(listed.json()).toMatchObject([
      { app: 'Environments', name: 'my tools', path, state: 'ready', packages: [{ name: 'demo' }] },
    ])
    const again = await runCli(['venv', 'path', 'my tools', '--app', program], { env })
    expect(again.stdout).toBe(path)
  })
})
