import {
  createReadStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { expect, inject, it } from 'vitest'

import { runCli } from '../helpers/cli.ts'
import { copySharedProject } from '../helpers/prefix.ts'
import { linux } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { builds } from './pythons.ts'

/** Files of an archive that lie in its first half, and more. */
const enough = 150

it.each(builds)('unpacks $version while it is fetched', async ({ build }) => {
  const cache = temporaryDirectory('cache')
  const directory = copySharedProject(build, temporaryDirectory('project'))
  const { archive } = readLock(directory)
  copyDownloadsBut(archive.sha256, cache)
  const file = join(inject('mirror'), build, archive.name)
  let unpackedAtHalf = 0

  const server = createServer((_, response) => {
    void sendInHalves(response, file, async () => {
      unpackedAtHalf = await waitForFiles(join(cache, 'unpacked'), archive.sha256)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const synced = await runCli(['sync', '--locked', '--target', linux], {
      cwd: directory,
      env: {
        ...inject('cliEnv'),
        PYEMBED_CACHE_DIR: cache,
        PYEMBED_DATA_DIR: temporaryDirectory('data'),
        PYEMBED_PYTHON_MIRROR: `http://127.0.0.1:${port}`,
      },
    })

    expect(synced).toMatchObject({ exitCode: 0 })
    expect(unpackedAtHalf).toBeGreaterThanOrEqual(enough)
    expect(readdirSync(join(cache, 'downloads'))).toContain(archive.sha256)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

function readLock(project: string): { archive: { name: string; sha256: string } } {
  const lock = JSON.parse(readFileSync(join(project, 'pyembed.lock'), 'utf8')) as {
    targets: Record<string, { archive: { name: string; sha256: string } }>
  }
  const target = lock.targets[linux]
  if (target === undefined) throw new Error('no such target')
  return target
}

function copyDownloadsBut(sha256: string, cache: string): void {
  const from = join(inject('cliEnv')['PYEMBED_CACHE_DIR'] ?? '', 'downloads')
  mkdirSync(join(cache, 'downloads'))
  for (const name of readdirSync(from)) {
    if (/^[0-9a-f]{64}$/.test(name) && name !== sha256)
      linkSync(join(from, name), join(cache, 'downloads', name))
  }
}

/** Sends the second half of a file only when `between` is done. */
async function sendInHalves(
  response: ServerResponse,
  file: string,
  between: () => Promise<void>,
): Promise<void> {
  const { size } = statSync(file)
  const half = Math.floor(size / 2)
  response.writeHead(200, { 'content-length': size })
  for await (const chunk of createReadStream(file, { end: half - 1 })) response.write(chunk)
  await between()
  createReadStream(file, { start: half }).pipe(response)
}

/** Waits until enough files of a part lie in its stage, 20 seconds at most, and says how many do. */
async function waitForFiles(folder: string, sha256: string): Promise<number> {
  const look = (): number => {
    if (!existsSync(folder)) return 0
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    return names.filter((name) => name.startsWith(sha256) && name.includes('.tmp-')).length
  }
  for (let tries = 0; tries < 200 && look() < enough; tries++) await sleep(100)
  return look()
}
