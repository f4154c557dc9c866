import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'
import { beforeAll, expect, inject, it } from 'vitest'

import { cleanEnvironment, cliPath, runCli } from '../helpers/cli.ts'
import { linux, windows, writeManifest } from '../helpers/project.ts'
import { sharedDirectory, temporaryDirectory } from '../helpers/temporary.ts'
import { tracing } from '../helpers/strace.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds } from './pythons.ts'

describeWithTools(['strace'], 'fetch once, then no network', () => {
  const directory = sharedDirectory('offline')
  const projects = new Map<string, string>()
  beforeAll(async () => {
    for (const { version, build } of builds) {
      const project = writeManifest(join(directory.path, build), {
        version,
        build,
        targets: [linux, windows],
        requires: ['tqdm'],
      })
      const env = { ...inject('cliEnv'), PYEMBED_CACHE_DIR: join(directory.path, 'cache') }
      const fetched = await runCli(['fetch', '--all-targets'], { cwd: project, env })
      expect(fetched).toMatchObject({ exitCode: 0 })
      projects.set(build, project)
    }
  })

  /** Runs pyembed with an empty store and no mirror; returns the system calls of these names. */
  const trace = async (
    build: string,
    calls: string,
    args: readonly string[],
  ): Promise<string[]> => {
    const log = join(temporaryDirectory('strace'), 'log')
    const [strace = '', ...options] = tracing(calls, log)
    await execa(strace, [...options, process.execPath, cliPath, ...args], {
      cwd: projects.get(build) ?? '',
      env: {
        ...cleanEnvironment(),
        PYEMBED_CACHE_DIR: join(directory.path, 'cache'),
        PYEMBED_DATA_DIR: temporaryDirectory('data'),
      },
      extendEnv: false,
    })
    return readFileSync(log, 'utf8').split('\n')
  }

  it.each(builds)('syncs $version without a socket', async ({ build }) => {
    const calls = await trace(build, 'socket,connect,execve', [
      'sync',
      '--all-targets',
      '--offline',
    ])

    expect(calls.filter((call) => call.includes('execve('))).not.toEqual([])
    expect(calls.filter((call) => /AF_INET|AF_NETLINK/.test(call))).toEqual([])
  })

  it.each(builds)('syncs $version and starts no process', async ({ build }) => {
    const calls = await trace(build, 'execve', ['sync', '--all-targets'])

    const programs = calls
      .filter((call) => call.includes('execve(') && call.endsWith('= 0'))
      .map((call) => /execve\("([^"]*)", \["[^"]*"(?:, "([^"]*)")?/.exec(call)?.slice(1).join(' '))
    expect(programs).toEqual([`${process.execPath} ${cliPath}`])
  })

  it.each(builds)('syncs every folder of $version before it gets its name', async ({ build }) => {
    const calls = await trace(build, 'openat,fsync,rename,mkdir', ['sync', '--target', linux])

    const named = calls.findIndex((call) => /rename\("[^"]*\/store\/[^"]*\.tmp-/.test(call))
    const stage = /rename\("([^"]*)"/.exec(calls[named] ?? '')?.[1] ?? 'none'
    const made = calls
      .flatMap((call) => /mkdir\("([^"]*)"/.exec(call)?.[1] ?? [])
      .filter((path) => path.startsWith(stage))
    expect(made.length).toBeGreaterThan(100)
    expect(foldersSynced(calls.slice(0, named))).toEqual(expect.arrayContaining(made))
  })
})

/** The paths whose descriptors were given to fsync(2); strace -f splits calls that another thread interrupts. */
function foldersSynced(calls: readonly string[]): readonly string[] {
  const open = new Map<string, string>()
  const unfinished = new Map<string, string>()
  return calls.flatMap((call) => {
    const thread = call.split(' ', 1)[0] ?? ''
    const path = /openat\([^"]*"([^"]*)"/.exec(call)?.[1]
    if (path !== undefined) unfinished.set(thread, path)
    const opened = /openat.*= (\d+)$/.exec(call)?.[1]
    if (opened !== undefined) open.set(opened, unfinished.get(thread) ?? '')
    const synced = /fsync\((\d+)/.exec(call)?.[1]
    return synced === undefined ? [] : [open.get(synced) ?? '']
  })
}
