import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { execa } from 'execa'
import { expect, inject, it } from 'vitest'

import { cleanEnvironment, cliPath, runCli } from '../helpers/cli.ts'
import { copyExample } from '../helpers/example.ts'
import { serveHostile } from '../helpers/hostile.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree } from '../helpers/tree.ts'
import { builds } from './pythons.ts'

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s in the middle of a download leaves nothing',
  async (signal) => {
    const root = temporaryDirectory('interrupt')
    const project = join(root, 'project')
    const [python] = builds
    copyExample('hello-numpy', project, python)
    const env = inject('cliEnv')
    const locked = await runCli(['lock'], { cwd: project, env })
    const server = await serveHostile(Buffer.alloc(300_000), ({ content, response, write }) => {
      response.writeHead(200)
      return write(content)
    })
    const downloads = join(root, 'cache', 'downloads')
    const child = execa(process.execPath, [cliPath, 'fetch', '--locked'], {
      cwd: project,
      env: {
        ...cleanEnvironment(),
        PYEMBED_PYTHON_MIRROR: server.url,
        PYEMBED_CACHE_DIR: join(root, 'cache'),
        PYEMBED_DATA_DIR: join(root, 'data'),
      },
      extendEnv: false,
      reject: false,
    })
    while (!existsSync(downloads) || readdirSync(downloads).length < 3) await sleep(20)

    child.kill(signal)
    const { exitCode, stderr } = await child

    expect(locked.exitCode, locked.stderr).toBe(0)
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' })
    expect(listTree(join(root, 'cache'))).toEqual([])
  },
)
