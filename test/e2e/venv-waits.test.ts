import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { cleanEnvironment } from '../helpers/cli.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { codeIn } from '../helpers/venv.ts'
import { sides, useSides } from '../helpers/venv-side.ts'

const { bySide } = useSides('venv-waits')

describeWithTools(['cmake', 'ninja', 'g++'], 'environments that somebody else uses', () => {
  describe.each(sides)('by the %s', (side) => {
    it('are waited for as long as another process has lent its own lock', async () => {
      const { remove, path } = bySide(side, 'lent')
      const venv = await path('tool')
      const lender = spawn('sleep', ['60'])
      const file = join(dirname(venv), `.tool.held-${lender.pid}-0123abcd`)
      const here = JSON.parse(await ownHolder(side, 'lent')) as object
      writeFileSync(file, JSON.stringify({ ...here, pid: lender.pid, purpose: 'lend' }))
      const removed = remove('tool')
      await sleep(500)

      expect(existsSync(venv)).toBe(true)
      lender.kill('SIGKILL')
      await once(lender, 'exit')
      expect((await removed).exitCode).toBe(0)
      expect(existsSync(venv)).toBe(false)
    })

    it('are waited for as long as one after the other does something that ends', async () => {
      const { remove, path } = bySide(side, 'one after the other')
      const venv = await path('tool')
      const { change, free } = await occupy(side, 'one after the other', venv)
      const removed = remove('tool')
      await sleep(2500)
      change('run')
      await sleep(1000)
      await free()

      expect((await removed).stderr).not.toContain('error')
      expect(existsSync(venv)).toBe(false)
    })

    it('are not waited for when the one who uses them is stopped', async () => {
      const { remove, path } = bySide(side, 'stopped')
      const venv = await path('tool')
      const { pid, free } = await occupy(side, 'stopped', venv)
      process.kill(pid, 'SIGSTOP')

      const { stderr } = await remove('tool')
      expect(codeIn(stderr)).toBe('PYEMBED_VENV_IN_USE')
      expect(stderr).toContain(`process ${pid}, install, stopped`)
      await free()
      expect((await remove('tool')).exitCode).toBe(0)
    })

    it('are held by what was started in them and left behind, which is named', async () => {
      const { app, remove, path } = bySide(side, 'left behind')
      await path('tool')
      const started = await app.venv(
        'run',
        'tool',
        '--',
        'sh',
        '-c',
        'sleep 60 >/dev/null 2>&1 & echo $!',
      )
      const pid = Number(started.stdout)

      const { stderr } = await remove('tool')
      process.kill(pid, 'SIGKILL')
      expect(codeIn(stderr)).toBe('PYEMBED_VENV_IN_USE')
      expect(stderr).toMatch(new RegExp(`[\`']sleep[\`'] \\(process ${pid}\\)`))
    })

    it('are not waited for by who opens them, as long as their Python is gone', async () => {
      const { app, open, path } = bySide(side, 'opened')
      const venv = await path('tool')
      const { free } = await occupy(side, 'opened', venv)
      const moved = `${app.prefix} of an update`
      renameSync(app.prefix, moved)
      rmSync(join(app.path, 'python'))
      symlinkSync(moved, join(app.path, 'python'))

      expect(codeIn((await open('tool')).stderr)).toBe('PYEMBED_VENV_IN_USE')
      const opened = open('tool')
      await sleep(500)
      symlinkSync(moved, app.prefix)
      expect((await opened).exitCode).toBe(0)
      await free()
    })
  })
})

interface Occupied {
  readonly pid: number
  /** Says that it is held for something else. */
  readonly change: (purpose: string) => void
  readonly free: () => Promise<void>
}

/** Takes the lock of an environment, in a process that says that it installs. */
async function occupy(side: string, test: string, venv: string): Promise<Occupied> {
  const lock = join(dirname(venv), '.tool.lock')
  const here = JSON.parse(await ownHolder(side, test)) as object
  const child = spawn('flock', ['-x', '--no-fork', lock, 'sh', '-c', 'echo; exec sleep 60'])
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  const file = join(dirname(venv), `.tool.held-${pid}-0123abcd`)
  const change = (purpose: string): void => {
    writeFileSync(`${file}.new`, JSON.stringify({ ...here, pid, purpose }))
    renameSync(`${file}.new`, file)
  }
  change('install')
  return {
    pid,
    change,
    free: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** What a holder of this host writes, from one that writes it. */
async function ownHolder(side: string, test: string): Promise<string> {
  const { app, path } = bySide(side, `holder of ${test}`)
  const venv = await path('tool')
  const holder = spawn(app.executable, ['hold', 'tool'], {
    env: { ...cleanEnvironment(), ...app.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const name = readdirSync(dirname(venv)).find((found) => found.startsWith('.tool.held-')) ?? ''
  const text = readFileSync(join(dirname(venv), name), 'utf8')
  holder.stdin.end()
  await once(holder, 'exit')
  return text
}
