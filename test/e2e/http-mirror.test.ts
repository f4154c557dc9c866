import { rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, inject, it, onTestFinished } from 'vitest'

import type { FetchedFile } from '../../src/project/fetch-project.ts'
import { runCli } from '../helpers/cli.ts'
import { copyExample } from '../helpers/example.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { sha256sum } from '../helpers/tree.ts'
import { serveMirror } from '../mirror/serve.ts'
import { newest } from './pythons.ts'

describe.each(newest)('a mirror over HTTP, Python $version', ({ version, build }) => {
  it('serves lock and sync; each archive is fetched once, and then not at all', async () => {
    const server = await serveMirror(inject('mirror'))
    const root = temporaryDirectory('http')
    const project = join(root, 'project')
    copyExample('hello-numpy', project, { version, build })
    const env = {
      PYEMBED_PYTHON_MIRROR: server.url,
      PYEMBED_CACHE_DIR: join(root, 'cache'),
      PYEMBED_DATA_DIR: join(root, 'data'),
    }

    const synced = await runCli(['sync'], { cwd: project, env })
    const fetched = server.requests.filter(
      ({ method, path }) => method === 'GET' && path.includes('cpython'),
    )
    rmSync(join(root, 'data'), { recursive: true })
    const asked = server.requests.length
    const again = await runCli(['sync'], { cwd: project, env })
    const files = await runCli(['fetch', '--json'], { cwd: project, env })
    await server.close()

    expect(synced.exitCode, synced.stderr).toBe(0)
    expect(fetched).toHaveLength(1)
    expect(again.exitCode, again.stderr).toBe(0)
    expect(server.requests).toHaveLength(asked)
    expect(files.json<FetchedFile[]>().map(({ name }) => name)).toContainEqual(
      expect.stringContaining(`cpython-${version}+${build}`),
    )
  })

  it('is asked once by 8 processes, which agree, and again for a damaged file', async () => {
    const server = await serveMirror(inject('mirror'))
    onTestFinished(server.close)
    const root = temporaryDirectory('http')
    const project = join(root, 'project')
    copyExample('hello-numpy', project, { version, build })
    const envIn = (folder: string) => ({
      PYEMBED_PYTHON_MIRROR: server.url,
      PYEMBED_CACHE_DIR: join(root, folder, 'cache'),
      PYEMBED_DATA_DIR: join(root, folder, 'data'),
    })
    const fetches = () =>
      server.requests.filter(({ method, path }) => method === 'GET' && path.includes('cpython'))
        .length
    const locked = await runCli(['lock'], { cwd: project, env: envIn('lock') })
    const before = fetches()
    const options = { cwd: project, env: envIn('shared') }

    const runs = await Promise.all(
      Array.from({ length: 8 }, () => runCli(['sync', '--locked', '--json'], options)),
    )
    const together = fetches()
    const verified = await runCli(['verify'], options)
    const files = await runCli(['fetch', '--json'], options)
    const archive = files.json<FetchedFile[]>().find(({ name }) => name.startsWith('cpython'))
    const path = archive?.path ?? ''
    truncateSync(path, 1_000_000)
    rmSync(join(options.env.PYEMBED_CACHE_DIR, 'unpacked'), { recursive: true })
    const repaired = await runCli(['fetch', '--locked'], options)

    expect(locked.exitCode, locked.stderr).toBe(0)
    for (const { exitCode, stderr } of runs) expect(exitCode, stderr).toBe(0)
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1)
    expect(together - before).toBe(1)
    expect(verified.exitCode, verified.stdout).toBe(0)
    expect(repaired.exitCode, repaired.stderr).toBe(0)
    expect(fetches() - together).toBe(1)
    expect(sha256sum(path)).toBe(archive?.sha256)
  })
})
