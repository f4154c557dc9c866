import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { beforeAll, describe, expect, inject, it } from 'vitest'

import {
  damageIn,
  garbageIn,
  openTemplate,
  problemsAfterFault,
  type SandboxTemplate,
  startIn,
} from '../helpers/sandbox.ts'
import { sharedDirectory } from '../helpers/temporary.ts'

describe.skipIf(process.platform === 'win32')('interrupted', () => {
  const directory = sharedDirectory('interrupt')
  let template: SandboxTemplate
  beforeAll(() => {
    template = openTemplate(inject('template'), inject('mirror'))
  })

  it.each([
    ['SIGINT', 'cache/downloads', 30],
    ['SIGTERM', 'cache/downloads', 0],
    ['SIGINT', 'cache/unpacked', 300],
    ['SIGTERM', 'cache/unpacked', 150],
    ['SIGTERM', 'data/store', 0],
    ['SIGINT', 'data/store', 30],
  ] as const)('by %s while it works in %s it leaves nothing half made', async (...moment) => {
    const [signal, folder, most] = moment
    const sandbox = template.make(join(directory.path, moment.join('-').replace('/', '-')), {
      state: 'wheels',
    })
    const child = startIn(sandbox, ['sync'], { isGroup: true })
    await waitForWork(join(sandbox.root, folder))
    const delay = Math.random() * most
    await sleep(delay)
    // A terminal sends it to all that run in it, a supervisor to the one it started.
    const { pid = 0 } = child
    process.kill(signal === 'SIGINT' ? -pid : pid, signal)

    const { exitCode, stderr } = await child
    expect({ exitCode, stderr, delay }).toMatchObject({ exitCode: 130 })
    expect(stderr).not.toMatch(/error\[|bug/)
    expect(garbageIn(sandbox)).toEqual([])
    expect(await damageIn(sandbox)).toEqual([])
    expect(await problemsAfterFault(sandbox)).toEqual([])
  })

  it('while pip runs it ends pip too', async () => {
    const sandbox = template.make(join(directory.path, 'pip'), { hasLock: false })
    const child = startIn(sandbox, ['lock'])
    // Its byte code is the first that pip's Python writes.
    while (!existsSync(join(sandbox.cache, 'pyc'))) await sleep(10)
    child.kill('SIGTERM')

    const { exitCode, signal } = await child
    expect({ exitCode, signal }).toEqual({ exitCode: 130, signal: undefined })
    expect(readdirSync(sandbox.root).filter((name) => name.startsWith('pyembed-pip'))).toEqual([])
    expect(existsSync(join(sandbox.project, 'pyembed.lock'))).toBe(false)
    expect(garbageIn(sandbox)).toEqual([])
  })
})

/** Waits until a run has begun something there. */
async function waitForWork(folder: string): Promise<void> {
  const hasBegun = (): boolean =>
    existsSync(folder) && readdirSync(folder).some((name) => /\.(?:tmp|part)-/.test(name))
  while (!hasBegun()) await sleep(1)
}
