import { rmSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, inject, it } from 'vitest'

import type { FetchedFile } from '../../src/project/fetch-project.ts'
import { runCli } from '../helpers/cli.ts'
import { copyExample } from '../helpers/example.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { serveMirror } from '../mirror/serve.ts'
import { builds } from './pythons.ts'

describe.each(builds)('a mirror over HTTP, Python $version', ({ version, build }) => {
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
})
