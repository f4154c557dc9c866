import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { downloadFile } from '../../src/fetch/download.ts'
import { parseSource } from '../../src/fetch/source.ts'
import { startModule } from '../helpers/child.ts'
import { testContext } from '../helpers/context.ts'
import { errorOf } from '../helpers/errors.ts'
import { type Behaviour, cutAfter, honest, sendHead, serveHostile } from '../helpers/hostile.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { sha256sum, writeFiles } from '../helpers/tree.ts'

const content = Buffer.concat(
  Array.from({ length: 131_072 }, (_, index) => createHash('sha256').update(`${index}`).digest()),
)
const sha256 = createHash('sha256').update(content).digest('hex')
const wanted = { build: '20260610', name: 'archive.tar.gz', sha256, size: content.length }

const slowly =
  (pause: number): Behaviour =>
  async (exchange) => {
    const piece = 64 * 1024
    const start = sendHead(exchange)
    for (let at = start; at < content.length && !exchange.response.destroyed; at += piece) {
      await exchange.write(content.subarray(at, at + piece))
      await sleep(pause)
    }
    exchange.response.end()
  }

/** Sends that much to the first one who asks, and then nothing: what a process has when it dies is known. */
const stopAt =
  (bytes: number): Behaviour =>
  async (exchange) => {
    if (exchange.number > 1) return honest(exchange)
    sendHead(exchange)
    return exchange.write(content.subarray(0, bytes))
  }

const download = `
  const { downloadFile } = await import('./src/fetch/download.ts')
  const { parseSource } = await import('./src/fetch/source.ts')
  const { readEnvironment } = await import('./src/env.ts')
  const context = { env: { ...readEnvironment(), cacheDir: input.cacheDir }, emit: () => undefined }
  await downloadFile(context, input.wanted, input.urls.map(parseSource))
`

function startDownload(cacheDir: string, ...urls: readonly string[]) {
  return startModule(download, { input: { cacheDir, wanted, urls } })
}

/** Children take a second or two to start. */
const patience = { timeout: 120_000 }

function partSize(cacheDir: string): number {
  const downloads = join(cacheDir, 'downloads')
  if (!existsSync(downloads)) return 0
  return Math.max(0, ...partsOf(cacheDir).map((name) => statSync(join(downloads, name)).size))
}

function partsOf(cacheDir: string): readonly string[] {
  const downloads = join(cacheDir, 'downloads')
  return readdirSync(downloads).filter((name) => /\.part-[^.]*$/.test(name))
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5)
}

describe('many processes', () => {
  it('fetch a file once: 16 at once', patience, async () => {
    const context = testContext(temporaryDirectory())
    const server = await serveHostile(content, slowly(20))
    const { cacheDir } = context.env

    const children = Array.from({ length: 16 }, () => startDownload(cacheDir, server.url))
    const results = await Promise.all(children)

    expect(results.map(({ exitCode, stderr }) => `${exitCode}${stderr}`)).toEqual(
      Array.from({ length: 16 }, () => '0'),
    )
    expect(server.requests).toHaveLength(1)
    expect(server.sent()).toBe(content.length)
    expect(readdirSync(join(cacheDir, 'downloads'))).toEqual([sha256])
    expect(sha256sum(join(cacheDir, 'downloads', sha256))).toBe(sha256)
  })

  it.each([0.1, 0.5, 0.9])('go on after kill -9 at %d of a file', patience, async (part) => {
    const context = testContext(temporaryDirectory())
    const bytes = Math.round(part * content.length)
    const server = await serveHostile(content, stopAt(bytes))
    const child = startDownload(context.env.cacheDir, server.url)

    await until(() => partSize(context.env.cacheDir) >= bytes)
    child.kill('SIGKILL')
    await child
    const path = await downloadFile(context, wanted, [parseSource(server.url)])

    expect(readFileSync(path).equals(content)).toBe(true)
    expect(server.requests).toHaveLength(2)
    expect(server.sent()).toBeLessThanOrEqual(1.05 * content.length)
    expect(readdirSync(join(context.env.cacheDir, 'downloads'))).toEqual([sha256])
  })

  it('go on from another source after kill -9', patience, async () => {
    const context = testContext(temporaryDirectory())
    const half = content.length / 2
    const first = await serveHostile(content, stopAt(half))
    const second = await serveHostile(content, honest)
    const child = startDownload(context.env.cacheDir, first.url)

    await until(() => partSize(context.env.cacheDir) >= half)
    child.kill('SIGKILL')
    await child
    await downloadFile(context, wanted, [parseSource(second.url)])

    expect(first.sent() + second.sent()).toBeLessThanOrEqual(1.05 * content.length)
  })

  it('take over from a killed one, and fetch the rest once', patience, async () => {
    const context = testContext(temporaryDirectory())
    const { cacheDir } = context.env
    const half = content.length / 2
    const server = await serveHostile(content, stopAt(half))
    const first = startDownload(cacheDir, server.url)
    await until(() => partSize(cacheDir) >= half)
    const others = Array.from({ length: 4 }, () => startDownload(cacheDir, server.url))
    await sleep(1500)

    first.kill('SIGKILL')
    await first
    const results = await Promise.all(others)

    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
    expect(server.requests).toHaveLength(2)
    expect(server.sent()).toBeLessThanOrEqual(1.05 * content.length)
  })
})

describe('what a failed download leaves', () => {
  it('is gone on with by the next run, and counted as done', async () => {
    const context = testContext(temporaryDirectory())
    const cut = await serveHostile(content, (exchange) =>
      exchange.number === 1 ? cutAfter(content.length / 2)(exchange) : exchange.response.destroy(),
    )
    await errorOf(() => downloadFile(context, wanted, [parseSource(cut.url)]))
    const next = testContext('', context.env)
    const server = await serveHostile(content, honest)

    await downloadFile(next, wanted, [parseSource(server.url)])

    const done = next.events.flatMap((event) => (event.kind === 'progress' ? [event.done] : []))
    expect(done[0]).toBeGreaterThan(content.length / 2)
    expect(server.sent()).toBe(content.length / 2)
  })

  it('is not trusted: a damaged beginning is fetched again', async () => {
    const context = testContext(temporaryDirectory())
    const server = await serveHostile(content, honest)
    writeFiles(context.env.cacheDir, {
      [`downloads/${sha256}.part-1-00000000`]: Buffer.alloc(content.length / 2),
      [`downloads/${sha256}.part-1-00000000.json`]: '{"place": "torn',
    })

    const path = await downloadFile(context, wanted, [parseSource(server.url)])

    expect(readFileSync(path).equals(content)).toBe(true)
    expect(server.requests).toHaveLength(2)
  })

  it('needs no server when it is whole', async () => {
    const context = testContext(temporaryDirectory())
    writeFiles(context.env.cacheDir, { [`downloads/${sha256}.part-1-00000000`]: content })

    const path = await downloadFile(context, wanted, [])

    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it('holds no credentials of its source', async () => {
    const context = testContext(temporaryDirectory())
    const { cacheDir } = context.env
    const server = await serveHostile(content, (exchange) =>
      exchange.number === 1 ? cutAfter(content.length / 2)(exchange) : exchange.response.destroy(),
    )
    const url = server.url.replace('//', '//user:s3cret@')

    await errorOf(() => downloadFile(context, wanted, [parseSource(url)]))

    const [part] = partsOf(cacheDir)
    const note = readFileSync(join(cacheDir, 'downloads', `${part}.json`), 'utf8')
    expect(note).toContain('20260610')
    expect(note).not.toContain('s3cret')
  })

  it('is swept after a week', async () => {
    const context = testContext(temporaryDirectory())
    const downloads = join(context.env.cacheDir, 'downloads')
    const age = (name: string, days: number): void => {
      const time = new Date(Date.now() - days * 86_400_000)
      writeFiles(downloads, { [name]: 'x' })
      utimesSync(join(downloads, name), time, time)
    }
    const [old, young] = ['0'.repeat(64), '1'.repeat(64)]
    for (const name of ['.part-1-00000000', '.part-1-00000000.json', '.lease']) {
      age(`${old}${name}`, 8)
      age(`${young}${name}`, 6)
    }
    const server = await serveHostile(content, honest)

    await downloadFile(context, wanted, [parseSource(server.url)])

    expect(readdirSync(downloads).sort()).toEqual(
      [
        `${young}.lease`,
        `${young}.part-1-00000000`,
        `${young}.part-1-00000000.json`,
        sha256,
      ].sort(),
    )
  })
})

describe('what a process left that was killed when the file was whole', () => {
  it('is swept by the next one that wants the file', async () => {
    const context = testContext(temporaryDirectory())
    const downloads = join(context.env.cacheDir, 'downloads')
    const server = await serveHostile(content, honest)
    await downloadFile(context, wanted, [parseSource(server.url)])
    const killer = `
      const { withLease } = await import('./src/fs/lease.ts')
      const timing = { poll: 5, heartbeat: 50, stale: 1000 }
      await withLease(input, { timing, isDone: async () => false }, async () => process.kill(process.pid, 'SIGKILL'))
    `
    await startModule(killer, { input: join(downloads, `${sha256}.lease`) })
    writeFiles(downloads, { [`${sha256}.part-1-00000000.json`]: '{}' })
    expect(readdirSync(downloads)).toHaveLength(3)

    await downloadFile(context, wanted, [parseSource(server.url)])

    expect(readdirSync(downloads)).toEqual([sha256])
  })
})

describe('a process that was taken for dead', () => {
  it('does not spoil what another one fetches', async () => {
    const context = testContext(temporaryDirectory())
    const { cacheDir } = context.env
    const slow = await serveHostile(content, slowly(20))
    const fast = await serveHostile(content, honest)
    const first = downloadFile(context, wanted, [parseSource(slow.url)])
    await until(() => slow.sent() > content.length / 4)
    // As if its machine had been asleep: the lease is of nobody, and old.
    writeFileSync(join(cacheDir, 'downloads', `${sha256}.lease`), '1 0123456789abcdef elsewhere')
    const stopped = { ...context.env.transfer, lease: { poll: 5, heartbeat: 50, stale: 10 } }
    const second = testContext('', { ...context.env, transfer: stopped })

    const paths = await Promise.all([first, downloadFile(second, wanted, [parseSource(fast.url)])])

    for (const path of paths) expect(statSync(path).size).toBe(content.length)
    expect(sha256sum(paths[0])).toBe(sha256)
    expect(readdirSync(join(cacheDir, 'downloads'))).toEqual([sha256])
  })
})
