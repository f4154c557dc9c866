import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { beforeAll, expect, inject, it } from 'vitest'

import { openTemplate, runIn, type Sandbox } from '../helpers/sandbox.ts'
import { sharedDirectory } from '../helpers/temporary.ts'

/** Parts of Node that each take as long to load as a quick command may. */
const slow = ['stream', 'child_process', 'crypto', 'http', 'net', 'v8', 'worker_threads', 'zlib']

const directory = sharedDirectory('start')
let sandbox: Sandbox
let hook = ''
beforeAll(async () => {
  sandbox = openTemplate(inject('template'), inject('mirror')).make(
    join(directory.path, 'synced'),
    {
      state: 'fetched',
    },
  )
  hook = join(directory.path, 'hook.cjs')
  writeFileSync(
    hook,
    `process.on('exit', () => process._rawDebug(process.moduleLoadList.join('\\n')))\n`,
  )
  await runIn(sandbox, ['sync'])
})

it.each([['--version'], ['cmake', '--dir'], ['sync']])(
  'what is quick loads nothing slow: pyembed %s %s',
  async (...args) => {
    const { exitCode, stdout, stderr } = await runIn(sandbox, args, {
      env: { NODE_OPTIONS: `--require "${hook}"` },
    })

    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    expect(stdout).not.toBe('')
    const loaded = stderr.split('\n')
    expect(loaded).toContain('NativeModule fs')
    expect(slow.filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([])
  },
)
