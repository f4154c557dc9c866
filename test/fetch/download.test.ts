import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { PyEmbedEvent } from '../../src/events.ts'
import { downloadFile } from '../../src/fetch/download.ts'
import { parseSource } from '../../src/fetch/source.ts'
import { testContext } from '../helpers/context.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { serveFiles, startServer } from '../helpers/server.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree, writeFiles } from '../helpers/tree.ts'

/** `printf archive | sha256sum` */
const sha256 = '0eb3e36bfb24dcd9bb1d1bece1531216b59539a8fde17ee80224af0653c92aa3'
const wanted = { build: '20260610', name: 'cpython-3.14.6+20260610.tar.gz', sha256 }
const wirePath = '/20260610/cpython-3.14.6%2B20260610.tar.gz'

const serveRight = () => serveFiles({ [wirePath]: 'archive' })
const serveWrong = () => serveFiles({ [wirePath]: 'other bytes' })
const serveNothing = () => serveFiles({})
const serveError = () => startServer((_, response) => response.writeHead(500).end('broken'))
/** Promises 100 bytes, sends 3 and hangs up. */
const serveCut = () =>
  startServer((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('arc', () => response.destroy())
  })

function sourcesOf(...bases: readonly { readonly url: string }[]) {
  return bases.map(({ url }) => parseSource(url))
}

describe('downloadFile', () => {
  it('puts the file into the cache under its hash', async () => {
    const context = testContext(temporaryDirectory())
    const server = await serveRight()

    const path = await downloadFile(context, wanted, sourcesOf(server))

    expect(path).toBe(join(context.env.cacheDir, 'downloads', sha256))
    expect(readFileSync(path, 'utf8')).toBe('archive')
    expect(listTree(context.env.cacheDir)).toEqual([`downloads/${sha256}`])
    expect(server.requests).toEqual([`GET ${wirePath}`])
  })

  it('tells what it fetches, from where, and how far it is', async () => {
    const context = testContext(temporaryDirectory())
    const server = await serveRight()

    await downloadFile(context, wanted, sourcesOf(server))

    const id = wanted.name
    expect(context.events).toEqual([
      { kind: 'start', id, text: `Fetching ${id}` },
      { kind: 'progress', id, done: 7, total: 7 },
      { kind: 'end', id, text: `Fetched ${id} from ${server.url}` },
    ])
  })

  it('takes a file from a folder', async () => {
    const context = testContext(temporaryDirectory())
    const mirror = temporaryDirectory('mirror')
    writeFiles(mirror, { [`20260610/${wanted.name}`]: 'archive' })

    const path = await downloadFile(context, wanted, [parseSource(mirror)])

    expect(readFileSync(path, 'utf8')).toBe('archive')
  })

  it('asks no server for what is cached', async () => {
    const context = testContext(temporaryDirectory())
    const server = await serveRight()
    writeFiles(context.env.cacheDir, { [`downloads/${sha256}`]: 'archive' })

    await downloadFile(context, wanted, sourcesOf(server))

    expect(server.requests).toEqual([])
  })

  it('follows redirects', async () => {
    const context = testContext(temporaryDirectory())
    const target = await serveRight()
    const server = await startServer(({ url }, response) =>
      response.writeHead(302, { location: `${target.url}${url}` }).end(),
    )

    const path = await downloadFile(context, wanted, sourcesOf(server))

    expect(readFileSync(path, 'utf8')).toBe('archive')
  })

  it.each([
    ['has other bytes', serveWrong],
    ['does not have it', serveNothing],
    ['fails', serveError],
    ['hangs up', serveCut],
  ])('goes on to the next source when one %s', async (_, serve) => {
    const context = testContext(temporaryDirectory())
    const [bad, good] = [await serve(), await serveRight()]

    const path = await downloadFile(context, wanted, sourcesOf(bad, good))

    expect(readFileSync(path, 'utf8')).toBe('archive')
    expect(bad.requests).toHaveLength(1)
    expect(readdirSync(join(context.env.cacheDir, 'downloads'))).toEqual([sha256])
  })

  it.each([
    ['PYEMBED_CHECKSUM_MISMATCH', 'the lock wants', [serveNothing, serveWrong, serveError]],
    ['PYEMBED_DOWNLOAD_FAILED', 'status 500', [serveNothing, serveError]],
    ['PYEMBED_DOWNLOAD_FAILED', 'broke off after', [serveCut, serveNothing]],
    ['PYEMBED_DOWNLOAD_NOT_FOUND', 'there is no', [serveNothing, serveNothing]],
    ['PYEMBED_DOWNLOAD_NOT_FOUND', 'no source', []],
  ])('throws %s when nothing tells more (%s), and leaves nothing', async (code, text, servers) => {
    const directory = temporaryDirectory()
    const context = testContext(directory)
    const sources = sourcesOf(...(await Promise.all(servers.map((serve) => serve()))))

    const error = await errorOf(() => downloadFile(context, wanted, sources))

    expect(error.code).toBe(code)
    expect(error.message).toContain(text)
    expect(listTree(directory)).toEqual([])
  })

  it('blames the mirror for a hash that came from it', async () => {
    const context = testContext(temporaryDirectory())
    const server = await serveWrong()
    const fromMirror = { ...wanted, hashFrom: 'mirror' } as const

    const error = await errorOf(() => downloadFile(context, fromMirror, sourcesOf(server)))

    expect(error.hint).toContain('PYEMBED_PYTHON_MIRROR')
  })

  it('says that nobody answers', async () => {
    const context = testContext(temporaryDirectory())

    const error = await errorOf(() =>
      downloadFile(context, wanted, sourcesOf({ url: 'http://127.0.0.1:1' })),
    )

    expect(error.code).toBe('PYEMBED_DOWNLOAD_FAILED')
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('opens no connection when the network is off', async () => {
    const context = testContext(temporaryDirectory(), { isOffline: true })
    const server = await serveRight()

    const code = await codeOf(() => downloadFile(context, wanted, sourcesOf(server)))

    expect(code).toBe('PYEMBED_OFFLINE')
    expect(server.requests).toEqual([])
  })

  it('shows no credentials of a source', async () => {
    const context = testContext(temporaryDirectory())
    const { url } = await serveNothing()
    const secret = url.replace('//', '//user:s3cret@')

    const error = await errorOf(() => downloadFile(context, wanted, sourcesOf({ url: secret })))

    expect(`${error.message} ${error.hint} ${JSON.stringify(context.events)}`).not.toContain(
      's3cret',
    )
  })

  it('shows no credentials of a source that it fetched from', async () => {
    const context = testContext(temporaryDirectory())
    const { url } = await serveRight()

    await downloadFile(context, wanted, sourcesOf({ url: url.replace('//', '//user:s3cret@') }))

    expect(JSON.stringify(context.events)).not.toContain('s3cret')
  })

  it('leaves nothing when it is interrupted', async () => {
    const interruption = new AbortController()
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('archive')
    })
    const context = {
      ...testContext(temporaryDirectory()),
      emit: ({ kind }: PyEmbedEvent) => kind === 'progress' && interruption.abort(),
      signal: interruption.signal,
    }

    await expect(downloadFile(context, wanted, sourcesOf(server))).rejects.toThrow()

    expect(readdirSync(join(context.env.cacheDir, 'downloads'))).toEqual([])
  })
})
