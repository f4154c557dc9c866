import {
  appendFileSync,
  chmodSync,
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { beforeAll, describe, expect, inject, it } from 'vitest'

import {
  garbageIn,
  openTemplate,
  problemsAfterFault,
  runIn,
  type Sandbox,
  type SandboxTemplate,
} from '../helpers/sandbox.ts'
import { startServer } from '../helpers/server.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { writeFiles } from '../helpers/tree.ts'

const directory = sharedDirectory('durability')
let template: SandboxTemplate
beforeAll(() => {
  template = openTemplate(inject('template'), inject('mirror'))
})

const makeSandbox = (name: string, state: 'wheels' | 'downloaded'): Sandbox =>
  template.make(join(directory.path, name), { state })

describeWithTools(['strace'], 'a trace of sync', () => {
  it('shows parts on the disk before they get their names', async () => {
    const sandbox = makeSandbox('parts', 'downloaded')

    const calls = await trace(sandbox, '--seccomp-bpf', '-e', 'trace=execve,rename,exit_group')

    const named = calls.findIndex((call) => /rename\("[^"]*\/unpacked\/[^"]*\.tmp-/.test(call))
    const program = calls.find((call) =>
      /execve\("[^"]*\/sync", \["sync", "-f", "[^"]*\/unpacked"\].*= 0$/.test(call),
    )
    const process = program?.split(' ', 1)[0] ?? 'none'
    const ended = calls.findIndex(
      (call) => call.startsWith(`${process} `) && call.includes('exit_group(0)'),
    )
    expect(named).toBeGreaterThan(-1)
    expect(ended).toBeGreaterThan(-1)
    expect(ended).toBeLessThan(named)
  })

  it('shows no lock of the file system, and needs none', async () => {
    const sandbox = makeSandbox('locks', 'wheels')

    const calls = await trace(sandbox, '--trace=flock,fcntl', '--inject=flock:error=ENOLCK')

    expect(calls.filter((call) => /flock\(|F_(?:OFD_)?(?:SETLK|GETLK)/.test(call))).toEqual([])
    expect(await problemsAfterFault(sandbox)).toEqual([])
  })
})

describe.runIf(process.platform === 'linux')('a disk that cannot be written to', () => {
  it('is an error, and nothing gets a name', async () => {
    const sandbox = makeSandbox('broken', 'downloaded')
    const bin = join(sandbox.root, 'bin')
    writeFiles(bin, {
      sync: '#!/bin/sh\necho "sync: error syncing: Input/output error" >&2\nexit 1\n',
    })
    chmodSync(join(bin, 'sync'), 0o755)

    const { exitCode, stderr } = await runIn(sandbox, ['sync'], {
      env: { PATH: `${bin}:${process.env['PATH']}` },
    })

    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/error\[PYEMBED_FILE_SYSTEM\]: .*Input\/output error/s)
    expect(stderr).toContain('hint: ')
    expect(garbageIn(sandbox)).toEqual([])
    expect(readdirSync(join(sandbox.cache, 'unpacked'))).toEqual([])
    expect(readdirSync(join(sandbox.data, 'store'))).toEqual([])
    expect(existsSync(join(sandbox.project, '.pyembed/pin.json'))).toBe(false)
    expect(await problemsAfterFault(sandbox)).toEqual([])
  })
})

describe('an edit while sync runs', () => {
  it('of the manifest is not taken for synced', async () => {
    const sandbox = makeSandbox('manifest', 'wheels')
    const manifest = join(sandbox.project, 'pyembed.toml')

    await syncWithEdit(sandbox, () =>
      appendFileSync(manifest, '[python.platform]\nglibc = "2.34"\n'),
    )

    const { exitCode, stderr } = await runIn(sandbox, ['sync', '--locked'])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('error[PYEMBED_LOCK_STALE]') as string,
    })
  })

  it('of the lock is not taken for synced', async () => {
    const sandbox = makeSandbox('edited-lock', 'wheels')

    await syncWithEdit(sandbox, () => appendFileSync(join(sandbox.project, 'pyembed.lock'), '?'))

    expect(await runIn(sandbox, ['sync'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('error[PYEMBED_LOCK_INVALID]') as string,
    })
  })
})

/** The system calls of a sync. */
async function trace(sandbox: Sandbox, ...options: string[]): Promise<readonly string[]> {
  const log = join(sandbox.root, 'log')
  const { exitCode, stderr } = await runIn(sandbox, ['sync'], {
    under: ['strace', '-f', '-s', '4096', '-o', log, ...options],
  })
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  return readFileSync(log, 'utf8').split('\n')
}

/** Syncs from a server that edits a file before it answers: the sync has read it by then. */
async function syncWithEdit(sandbox: Sandbox, edit: () => void): Promise<void> {
  const mirror = await startServer(({ url = '' }, response) => {
    edit()
    createReadStream(join(inject('mirror'), decodeURIComponent(url))).pipe(response)
  })
  const { exitCode, stderr } = await runIn(sandbox, ['sync'], {
    env: { PYEMBED_PYTHON_MIRROR: mirror.url },
  })
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  expect(mirror.requests).not.toEqual([])
}
