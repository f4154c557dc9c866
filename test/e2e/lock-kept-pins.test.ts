import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, inject, it } from 'vitest'

import type { FetchedFile } from '../../src/project/fetch-project.ts'
import { runCli } from '../helpers/cli.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'
import { makeWheel } from '../helpers/wheel.ts'

function manifest(...requires: readonly string[]): string {
  return `[app]\nname = "Kept"\n[python]\nversion = "3.14.6"\nbuild = "20260610"\n[python.packages]\nrequires = ${JSON.stringify(requires)}\n`
}

describe('lock', () => {
  it('lets go of the one pin that no longer fits, and keeps the others', async () => {
    const root = temporaryDirectory('kept')
    const [project, links] = [join(root, 'project'), join(root, 'links')]
    mkdirSync(project)
    mkdirSync(links)
    const shared = inject('projects')['20260610']?.directory
    const fetched = await runCli(['fetch', '--json'], { cwd: shared ?? '', env: inject('cliEnv') })
    const pip = fetched.json<FetchedFile[]>().find(({ name }) => name.startsWith('pip-'))
    copyFileSync(pip?.path ?? '', join(links, pip?.name ?? ''))
    const env = { ...inject('cliEnv'), PIP_NO_INDEX: '1', PIP_FIND_LINKS: links }
    for (const name of ['one', 'two']) makeWheel(links, { name, files: { [`${name}.py`]: '' } })
    writeFiles(project, { 'pyembed.toml': manifest('one', 'two') })
    const before = await runCli(['lock'], { cwd: project, env })
    for (const name of ['one', 'two']) {
      makeWheel(links, { name, version: '2.0', files: { [`${name}.py`]: '' } })
    }
    writeFiles(project, { 'pyembed.toml': manifest('one>=2', 'two') })

    const after = await runCli(['lock', '--json'], { cwd: project, env })

    expect(before.exitCode, before.stderr).toBe(0)
    expect(after.exitCode, after.stderr).toBe(0)
    expect(after.json<{ changes: string[] }>().changes).toEqual([
      expect.stringMatching(/^~ one for \S+ 1\.0 .* -> 2\.0/),
    ])
  })
})
