import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, lutimesSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { beforeAll, describe, expect, inject, it } from 'vitest'

import { cliPath } from '../helpers/cli.ts'
import {
  garbageIn,
  openTemplate,
  problemsAfterFault,
  runIn,
  type Sandbox,
  type SandboxTemplate,
  startIn,
} from '../helpers/sandbox.ts'
import { cut } from '../helpers/soak.ts'
import { withFault } from '../helpers/strace.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeUnless, describeWithTools } from '../helpers/tools.ts'

const codeIn = (stderr: string): string | undefined => /error\[(\w+)\]/.exec(stderr)?.[1]

const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

const directory = sharedDirectory('surroundings')
let template: SandboxTemplate
beforeAll(() => {
  chmodSync(directory.path, 0o755)
  template = openTemplate(inject('template'), inject('mirror'))
})

const makeSandbox = (name: string, state: 'downloaded' | 'fetched' = 'fetched'): Sandbox =>
  template.make(join(directory.path, name.replaceAll(' ', '-')), { state })

describe('sync', () => {
  it('needs no HOME', async () => {
    const sandbox = makeSandbox('no home')

    const { exitCode, stderr } = await runIn(sandbox, ['sync'], { env: { HOME: undefined } })

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(await problemsAfterFault(sandbox)).toEqual([])
  })

  it('gives others what they may read under umask 077', async () => {
    const sandbox = makeSandbox('umask', 'downloaded')

    const { exitCode, stderr } = await runIn(sandbox, ['sync'], {
      under: ['sh', '-c', 'umask 077; exec "$@"', 'sh'],
    })

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    const [entry = ''] = readdirSync(join(sandbox.data, 'store'))
    const prefix = join(sandbox.data, 'store', entry, 'prefix')
    const closed = execFileSync('find', [prefix, '!', '-type', 'l', '!', '-perm', '-o=r'])
    expect(closed.toString()).toBe('')
    expect(await problemsAfterFault(sandbox)).toEqual([])
  })

  const clocks = [
    ['forward and back', 365],
    ['back', -365],
  ] as const
  it.each(cut(clocks, 0))('does not mind a clock that was set %s', async (name, days) => {
    const sandbox = makeSandbox(`clock ${name}`)
    await runIn(sandbox, ['sync'])
    const time = Date.now() / 1000 + days * 24 * 3600
    for (const path of readdirSync(sandbox.root, { recursive: true, encoding: 'utf8' }))
      lutimesSync(join(sandbox.root, path), time, time)

    expect(await problemsAfterFault(sandbox)).toEqual([])
    expect((await runIn(sandbox, ['sync'])).stdout).toMatch(/^Up to date/)
    rmSync(join(sandbox.data, 'store'), { recursive: true })
    expect(await problemsAfterFault(sandbox)).toEqual([])
  })

  const folders = [
    ['the cache', 'cache'],
    ['the unpacked parts', 'cache/unpacked'],
    ['the store', 'data/store'],
  ] as const
  it.each(cut(folders, 1))(
    'succeeds or says why when %s vanishes, and does it again',
    async (name, folder) => {
      const sandbox = makeSandbox(`vanishing ${name}`, 'downloaded')
      const delay = 150 + Math.random() * 350
      const sync = startIn(sandbox, ['sync'])
      await sleep(delay)
      spawnSync('rm', ['-rf', join(sandbox.root, folder)])

      const { exitCode, stderr } = await sync

      if (exitCode !== 0) {
        expect({ exitCode, stderr, delay }).toMatchObject({ exitCode: 1 })
        expect(stderr).toMatch(/error\[PYEMBED_/)
        expect(stderr).toContain('hint: ')
      }
      expect(garbageIn(sandbox)).toEqual([])
      expect(await problemsAfterFault(sandbox)).toEqual([])
    },
  )
})

describeWithTools(['strace'], 'sync where no symbolic links can be made', () => {
  it('says so before it unpacks anything', async () => {
    const sandbox = makeSandbox('no links', 'downloaded')

    const { exitCode, stderr } = await runIn(sandbox, ['sync'], {
      under: withFault('symlink,symlinkat:error=EPERM'),
    })

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 })
    expect(codeIn(stderr)).toBe('PYEMBED_LINKS_REFUSED')
    expect(stderr).toMatch(/hint: .*Developer Mode/)
    expect(garbageIn(sandbox)).toEqual([])
    expect(await problemsAfterFault(sandbox)).toEqual([])
  })
})

const isNobodyAble =
  process.platform === 'linux' &&
  spawnSync(nobody[0] ?? '', [...nobody.slice(1), process.execPath, cliPath, '--version'])
    .status === 0

describeUnless(
  isNobodyAble ? undefined : 'needs root, and a checkout that others may read',
  'sync of a user who is not root',
  () => {
    it('works', async () => {
      const sandbox = makeSandbox('nobody', 'downloaded')
      own(sandbox.root)

      const { exitCode, stderr } = await syncAsNobody(sandbox)

      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
      expect(await problemsAfterFault(sandbox)).toEqual([])
    })

    it('says what to set when the system knows no home of theirs', async () => {
      const [program = '', ...options] = nobody.map((word) => word.replace('65534', '54321'))
      const run = (...args: string[]) =>
        spawnSync(program, [...options, process.execPath, cliPath, ...args], {
          env: { PATH: process.env['PATH'] },
          encoding: 'utf8',
        })

      expect(run('--version')).toMatchObject({ status: 0, stderr: '' })
      const { status, stderr } = run('store', 'list')
      expect({ status, stderr }).toMatchObject({ status: 1 })
      expect(codeIn(stderr)).toBe('PYEMBED_HOME_UNKNOWN')
      expect(stderr).toContain('PYEMBED_DATA_DIR')
    })

    it('works with a cache of another user that may only be read', async () => {
      const sandbox = makeSandbox('another cache')
      own(sandbox.root)
      execFileSync('chown', ['-R', '0:0', sandbox.cache])

      const { exitCode, stderr } = await syncAsNobody(sandbox)

      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
      expect(await problemsAfterFault(sandbox)).toEqual([])
    })

    it.each([
      ['the cache', 'cache'],
      ['the store', 'data'],
      ['the project', 'project'],
    ])('says so when %s belongs to another', async (name, folder) => {
      const sandbox = makeSandbox(`another ${name}`, 'downloaded')
      own(sandbox.root)
      execFileSync('chown', ['-R', '0:0', join(sandbox.root, folder)])

      const { exitCode, stderr } = await syncAsNobody(sandbox)

      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 })
      expect(stderr).toMatch(/error\[PYEMBED_FILE_SYSTEM\]: .*permission denied/)
      expect(stderr).toContain('hint: You may not write there')
      expect(garbageIn(sandbox)).toEqual([])
      expect(await problemsAfterFault(sandbox)).toEqual([])
    })

    it('says so when there is no home to write to', async () => {
      const sandbox = makeSandbox('homeless')
      own(sandbox.root)

      const { exitCode, stderr } = await syncAsNobody(sandbox, {
        PYEMBED_CACHE_DIR: undefined,
        PYEMBED_DATA_DIR: undefined,
        XDG_CACHE_HOME: undefined,
        XDG_DATA_HOME: undefined,
      })

      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 })
      expect(stderr).toMatch(/error\[PYEMBED_FILE_SYSTEM\]: .*\/nonexistent/)
      expect(stderr).toContain('`PYEMBED_DATA_DIR`')
    })
  },
)

function own(path: string): void {
  execFileSync('chown', ['-R', '65534:65534', path])
}

function syncAsNobody(
  sandbox: Sandbox,
  env: Readonly<Record<string, string | undefined>> = {},
): ReturnType<typeof runIn> {
  return runIn(sandbox, ['sync'], { under: nobody, env: { HOME: '/nonexistent', ...env } })
}
