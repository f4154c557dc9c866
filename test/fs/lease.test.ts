import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { withLease } from '../../src/fs/lease.ts'
import { startModule } from '../helpers/child.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree } from '../helpers/tree.ts'

const timing = { poll: 5, heartbeat: 20, stale: 300 }
const never = () => Promise.resolve(false)

/** Takes a lease and says so; what then happens to it is up to the test. */
const holder = `
  const { withLease } = await import('./src/fs/lease.ts')
  await withLease(input.path, { timing: input.timing, isDone: async () => false }, async () => {
    process.stdout.write('held')
    await new Promise((resolve) => setTimeout(resolve, 60_000))
  })
`

async function startHolder(path: string) {
  const child = startModule(holder, { input: { path, timing } })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  // Not the child itself: it is a promise of its end.
  return { child }
}

describe('withLease', () => {
  it('does the work one at a time, and leaves nothing', async () => {
    const directory = temporaryDirectory()
    let running = 0
    let most = 0
    const work = async (): Promise<void> => {
      running += 1
      most = Math.max(most, running)
      await sleep(5)
      running -= 1
    }
    const options = { timing, isDone: never }
    const path = join(directory, 'x.lease')

    await Promise.all(Array.from({ length: 10 }, () => withLease(path, options, work)))

    expect(most).toBe(1)
    expect(listTree(directory)).toEqual([])
  })

  it('does not do what another has done meanwhile', async () => {
    const path = join(temporaryDirectory(), 'x.lease')
    let times = 0
    const options = { timing, isDone: () => Promise.resolve(times > 0) }
    const work = async (): Promise<void> => {
      await sleep(20)
      times += 1
    }

    await Promise.all(Array.from({ length: 10 }, () => withLease(path, options, work)))

    expect(times).toBe(1)
  })

  it('goes to the next one after a failure', async () => {
    const path = join(temporaryDirectory(), 'x.lease')
    const options = { timing, isDone: never }

    await expect(withLease(path, options, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    )
    await expect(withLease(path, options, () => Promise.resolve())).resolves.toBeUndefined()
  })

  it('is left alone while its holder lives', { timeout: 30_000 }, async () => {
    const path = join(temporaryDirectory(), 'x.lease')
    const { child } = await startHolder(path)
    const waited = new AbortController()
    const slow = { ...timing, stale: 1000 }
    setTimeout(() => waited.abort(), 3 * slow.stale)
    const options = { timing: slow, isDone: never, signal: waited.signal }

    const taken = withLease(path, options, () => Promise.resolve())

    await expect(taken).rejects.toThrow('abort')
    expect(existsSync(path)).toBe(true)
    child.kill('SIGKILL')
    await child
  })

  it('is taken over at once when its holder is killed', { timeout: 30_000 }, async () => {
    const path = join(temporaryDirectory(), 'x.lease')
    const { child } = await startHolder(path)
    const slow = { ...timing, stale: 60_000 }
    let isTaken = false

    const taken = withLease(path, { timing: slow, isDone: never }, async () => {
      isTaken = true
    })
    await sleep(100)
    expect(isTaken).toBe(false)
    child.kill('SIGKILL')
    await child
    await taken

    expect(isTaken).toBe(true)
  })

  it.each([
    ['on another machine', '1 0123456789abcdef elsewhere', 0],
    ['that wrote no name', '', 0],
    ['whose clock is ahead', '1 0123456789abcdef elsewhere', 3_600_000],
    ['whose clock is behind', '1 0123456789abcdef elsewhere', -3_600_000],
  ])('is taken over when a holder %s shows no sign of life', async (_, name, clock) => {
    const path = join(temporaryDirectory(), 'x.lease')
    writeFileSync(path, name)
    const time = new Date(Date.now() + clock)
    utimesSync(path, time, time)
    const started = performance.now()

    await withLease(path, { timing, isDone: never }, () => Promise.resolve())

    expect(performance.now() - started).toBeGreaterThan(timing.stale)
    expect(existsSync(path)).toBe(false)
  })

  it('is taken over where a folder has its name', async () => {
    const path = join(temporaryDirectory(), 'x.lease')
    mkdirSync(path)

    await withLease(path, { timing, isDone: never }, () => Promise.resolve())

    expect(listTree(dirname(path))).toEqual([])
  })

  it('is not taken over while a holder on another machine shows signs of life', async () => {
    const path = join(temporaryDirectory(), 'x.lease')
    writeFileSync(path, '1 0123456789abcdef elsewhere')
    let isTaken = false
    let isDone = false
    const waiting = withLease(path, { timing, isDone: () => Promise.resolve(isDone) }, async () => {
      isTaken = true
    })

    for (let beat = 0; beat < 10; beat++) {
      const time = new Date(2_000_000_000_000 - beat * 1000)
      utimesSync(path, time, time)
      await sleep(timing.stale / 4)
    }
    isDone = true
    await waiting

    expect(isTaken).toBe(false)
  })

  it('is taken over by one of many', async () => {
    const path = join(temporaryDirectory(), 'x.lease')
    writeFileSync(path, '1 0123456789abcdef elsewhere')
    let times = 0
    const options = { timing, isDone: () => Promise.resolve(times > 0) }
    const work = async (): Promise<void> => {
      await sleep(20)
      times += 1
    }

    await Promise.all(Array.from({ length: 16 }, () => withLease(path, options, work)))

    expect(times).toBe(1)
  })
})
