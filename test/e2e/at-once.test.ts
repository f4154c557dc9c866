import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { SyncResult } from '../../src/project/sync-state.ts'
import { runCli } from '../helpers/cli.ts'
import { copySharedProject } from '../helpers/prefix.ts'
import { linux, windows } from '../helpers/project.ts'
import {
  garbageIn,
  openTemplate,
  problemsAfterFault,
  runIn,
  type SandboxTemplate,
  startIn,
} from '../helpers/sandbox.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { builds, targets } from './pythons.ts'

const { build } = builds[0]

describe('at once', () => {
  const directory = sharedDirectory('at-once')
  let template: SandboxTemplate
  beforeAll(() => {
    template = openTemplate(inject('template'), inject('mirror'))
  })

  it('locks of one manifest succeed and agree', async () => {
    const sandbox = template.make(join(directory.path, 'lock'), { hasLock: false })

    const runs = await Promise.all(
      Array.from({ length: 4 }, () => runIn(sandbox, ['lock', '--json'])),
    )

    expect(runs.filter(({ exitCode }) => exitCode !== 0)).toEqual([])
    expect(garbageIn(sandbox)).toEqual([])
    expect(await problemsAfterFault(sandbox, ['lock'])).toEqual([])
  })

  /** The project of all targets, with a store of its own. */
  const copyShared = (name: string) => {
    const root = join(directory.path, name)
    const options = {
      cwd: copySharedProject(build, join(root, 'project')),
      env: { ...inject('cliEnv'), PYEMBED_DATA_DIR: join(root, 'data') },
    }
    return { root, run: (...args: string[]) => runCli(args, options), options }
  }

  it('4 syncs of different targets succeed', async () => {
    const { run } = copyShared('different')
    const some = targets.slice(0, 4)

    const runs = await Promise.all(some.map((target) => run('sync', '--json', '--target', target)))

    expect(runs.filter(({ exitCode }) => exitCode !== 0)).toEqual([])
    expect(runs.map(({ json }) => json<SyncResult>().target)).toEqual(some)
    expect((await run('verify', '--target', ...some)).exitCode).toBe(0)
    // Each is known to be used.
    const pruned = (await run('store', 'prune', '--dry-run', '--json')).json<{
      removed: readonly { kind: string; path: string }[]
    }>()
    expect(pruned.removed.filter(({ kind }) => kind === 'entry')).toEqual([])
    // Whoever wrote last knows of its own target at least, and each is in place.
    expect((await run('sync', '--target', ...some)).exitCode).toBe(0)
  })

  it.each([
    ['of one target', { each: [linux, linux, linux, linux], entries: 1 }],
    ['with one tool Python', { each: [windows, ...targets.slice(1, 3)], entries: 4 }],
  ])('4 syncs %s install each entry once', async (of, { each, entries }) => {
    const { root, run } = copyShared(of)

    const runs = await Promise.all(each.map((target) => run('sync', '--target', target)))

    expect(runs.filter(({ exitCode }) => exitCode !== 0)).toEqual([])
    const installed = runs.flatMap(({ stderr }) => stderr.match(/^Installed .*$/gm) ?? [])
    expect(installed).toHaveLength(entries)
    expect(new Set(installed).size).toBe(entries)
    expect(readdirSync(join(root, 'data/store'))).toHaveLength(entries)
    expect(readdirSync(join(root, 'data/leases'))).toEqual([])
  })

  it('readers do not wait for a sync that does not go on', async () => {
    const { root, run, options } = copyShared('readers')
    await run('sync')
    const sandbox = {
      root,
      project: options.cwd,
      cache: inject('cliEnv')['PYEMBED_CACHE_DIR'] ?? '',
      data: join(root, 'data'),
      env: { ...process.env, ...options.env },
    }
    const sync = startIn(sandbox, ['sync', '--target', windows])
    const store = join(root, 'data/store')
    const stages = (): readonly string[] =>
      readdirSync(store).filter((name) => name.includes('.tmp-'))
    while (stages().length === 0 && sync.exitCode === null) await sleep(1)
    sync.kill('SIGSTOP')

    const stopped = stages()
    const readers = [['verify', '--target', linux], ['python', 'find'], ['sync'], ['store', 'list']]
    const ends = await Promise.all(readers.map((args) => run(...args)))
    sync.kill('SIGCONT')

    expect(stopped).not.toEqual([])
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
    expect(await sync).toMatchObject({ exitCode: 0 })
  })
})
