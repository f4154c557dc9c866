import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { beside } from '../../src/process/beside.ts'
import { run } from '../../src/process/run.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

const env = { PATH: process.env['PATH'] }

function sleep(signal: AbortSignal): Promise<void> {
  return setTimeout(30_000, undefined, { signal })
}

describe('beside', () => {
  it('runs both at once and has what both made', async () => {
    const marker = join(temporaryDirectory(), 'marker')
    const wait = `until test -e "$1"; do sleep 0.01; done; echo seen`

    const [{ stdout }, made] = await beside(
      undefined,
      (signal) => run('sh', ['-c', wait, 'sh', marker], { env, signal }),
      async (signal) => {
        await run('touch', [marker], { env, signal })
        return 'made'
      },
    )

    expect([stdout, made]).toEqual(['seen', 'made'])
  })

  it('ends a program whose company failed before it says so', async () => {
    const folder = temporaryDirectory()
    const script = 'touch "$1/started"; exec sleep 30'
    const ended: boolean[] = []

    const both = beside(
      undefined,
      async (signal) => {
        ended.push((await run('sh', ['-c', script, 'sh', folder], { env, signal })).isOk)
      },
      async () => {
        while (!existsSync(join(folder, 'started'))) await setTimeout(5)
        throw new Error('no room')
      },
    )

    await expect(both).rejects.toThrow('no room')
    expect(ended).toEqual([false])
  })

  it('ends both when it is told to', async () => {
    const outer = new AbortController()

    const both = beside(outer.signal, sleep, sleep)
    outer.abort()

    await expect(both).rejects.toThrow('abort')
  })
})
