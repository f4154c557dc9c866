import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { downloadFile } from '../../src/fetch/download.ts'
import { parseSource } from '../../src/fetch/source.ts'
import { testContext } from '../helpers/context.ts'
import { errorOf } from '../helpers/errors.ts'
import {
  answerStatus,
  type Behaviour,
  cutAfter,
  etag,
  honest,
  inTurn,
  sendHead,
  serveHostile,
} from '../helpers/hostile.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree } from '../helpers/tree.ts'

/** A megabyte without a pattern, and another one. */
const content = noise('right')
const other = noise('other')
const wanted = {
  build: '20260610',
  name: 'archive.tar.gz',
  sha256: createHash('sha256').update(content).digest('hex'),
}

function noise(seed: string): Buffer {
  const blocks = Array.from({ length: 32_768 }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  )
  return Buffer.concat(blocks)
}

async function download(behave: Behaviour, size: number | undefined) {
  const context = testContext(temporaryDirectory())
  const server = await serveHostile(content, behave)
  const started = Date.now()
  const fetching = downloadFile(context, { ...wanted, size }, [parseSource(server.url)])
  return {
    context,
    server,
    fetching,
    /** How much of the file went over the line, and how long it took. */
    amount: () => server.sent() / content.length,
    elapsed: () => Date.now() - started,
  }
}

const half = content.length / 2

/** Half of another file, and a broken line. */
const otherHalf =
  (headers: Readonly<Record<string, string>>): Behaviour =>
  async (exchange) =>
    cutAfter(half, headers)({ ...exchange, content: other })

/** A right or wrong 206, whatever is asked for. */
const answerPart =
  (headers: Readonly<Record<string, string>>): Behaviour =>
  async ({ response, write }) => {
    response.writeHead(206, headers)
    await write(content.subarray(0, 1000))
    response.end()
  }

const hang: Behaviour = () => undefined

const hangMidBody: Behaviour = async (exchange) => {
  const start = sendHead(exchange)
  await exchange.write(exchange.content.subarray(start, start + half))
}

const endEarly: Behaviour = async ({ from, response, write }) => {
  const end = Math.min(from + 400_000, content.length)
  if (from > 0) {
    response.writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${content.length}` })
  }
  await write(content.subarray(from, end))
  response.end()
}

const drip: Behaviour = async (exchange) => {
  sendHead(exchange)
  for (let at = 0; at < content.length; at += 100_000) {
    await exchange.write(content.subarray(at, at + 100_000))
    await sleep(60)
  }
  exchange.response.end()
}

const ignoreRange: Behaviour = async (exchange) => honest({ ...exchange, from: 0 })

const reset: Behaviour = async (exchange) => {
  const start = sendHead(exchange)
  await exchange.write(exchange.content.subarray(start, start + half))
  // A reset takes along what the other side's system has received and its program has not read yet.
  await sleep(100)
  exchange.response.socket?.resetAndDestroy()
}

const hangUp: Behaviour = ({ response }) => response.socket?.destroy()

/** As much of a body as the other side takes. */
const endless: Behaviour = async ({ response, write }) => {
  response.writeHead(200)
  while (!response.destroyed) await write(content)
}

describe.each([
  ['size known', content.length],
  ['size unknown', undefined],
])('a server that ends well (%s)', (_, size) => {
  /** What it does, and how much of the file may go over the line; 1.05 where the protocol allows to go on. */
  const servers: readonly (readonly [what: string, behave: Behaviour, most: number])[] = [
    ['is good', honest, 1],
    ['cuts after every 65,536 bytes', cutAfter(65_536), 1.05],
    ['cuts after every 100,000 bytes', cutAfter(100_000), 1.05],
    ['cuts after every 333,333 bytes', cutAfter(333_333), 1.05],
    ['cuts one byte before the end', cutAfter(content.length - 1), 1.05],
    ['cuts, with no validator', cutAfter(200_000, {}), 1.05],
    [
      'cuts, with a date as validator',
      cutAfter(200_000, { 'last-modified': 'Sat, 21 Nov 2026 06:00:00 GMT' }),
      1.05,
    ],
    ['cuts, with a weak ETag', cutAfter(200_000, { etag: 'W/"one"' }), 1.05],
    ['resets the connection', inTurn(reset, honest), 1.05],
    ['hangs up without an answer', inTurn(hangUp, hangUp, honest), 1],
    ['hangs before the headers', inTurn(hang, honest), 1],
    ['hangs within the body', inTurn(hangMidBody, honest), 1.05],
    ['is slow', drip, 1],
    ['is busy: 503', inTurn(answerStatus(503), honest), 1],
    [
      'is broken for a while: 500, 502, 504',
      inTurn(answerStatus(500), answerStatus(502), answerStatus(504), honest),
      1,
    ],
    ['times out: 408', inTurn(answerStatus(408), honest), 1],
    ['ignores ranges', inTurn(cutAfter(half), ignoreRange), 1.55],
    ['refuses ranges: 416', inTurn(cutAfter(half), answerStatus(416), honest), 1.55],
    [
      'sends another part than was asked for',
      inTurn(
        cutAfter(half),
        answerPart({
          'content-range': `bytes ${half - 1}-${content.length - 1}/${content.length}`,
        }),
        honest,
      ),
      1.55,
    ],
    [
      'says another size of the whole',
      inTurn(
        cutAfter(half),
        answerPart({ 'content-range': `bytes ${half}-${content.length}/${content.length + 1}` }),
        honest,
      ),
      1.55,
    ],
    ['does not say which part it sends', inTurn(cutAfter(half), answerPart({}), honest), 1.55],
    ['has a new file since, and says so', inTurn(otherHalf({ etag: '"old"' }), honest), 1.55],
    [
      'has a new file since, and sends its rest with the new ETag',
      inTurn(
        otherHalf({ etag: '"old"' }),
        (exchange) => honest({ ...exchange, request: withoutIfRange(exchange.request) }),
        honest,
      ),
      2.1,
    ],
    [
      'has a new file since, and nothing shows it',
      inTurn(otherHalf({}), cutAfter(content.length, {}), honest),
      2.1,
    ],
  ]

  it.each(servers)('%s', async (_what, behave, most) => {
    const { fetching, context, amount } = await download(behave, size)

    const path = await fetching

    expect(readFileSync(path).equals(content)).toBe(true)
    expect(amount()).toBeLessThanOrEqual(most)
    expect(listTree(context.env.cacheDir)).toEqual([`downloads/${wanted.sha256}`])
    const progress = context.events.filter((event) => event.kind === 'progress')
    expect(progress.at(-1)).toMatchObject({ done: content.length, total: content.length })
  })
})

it('a server that ends before the end, without a length, is asked for the rest', async () => {
  const { fetching, amount } = await download(endEarly, content.length)

  await fetching

  expect(amount()).toBeLessThanOrEqual(1.05)
})

function withoutIfRange<Request extends { readonly headers: object }>(request: Request): Request {
  return Object.assign(Object.create(request) as Request, {
    headers: { ...request.headers, 'if-range': undefined },
  })
}

describe('a server that ends in an error', () => {
  const redirect =
    (to: (number: number) => string): Behaviour =>
    ({ number, response }) =>
      response.writeHead(302, { location: to(number) }).end()
  const servers: readonly (readonly [
    what: string,
    behave: Behaviour,
    code: string,
    text: string,
    requests: number,
  ])[] = [
    ['is not there', answerStatus(404), 'PYEMBED_DOWNLOAD_NOT_FOUND', 'there is no', 1],
    ['refuses', answerStatus(403), 'PYEMBED_DOWNLOAD_FAILED', 'status 403', 1],
    ['is broken for ever', answerStatus(500), 'PYEMBED_DOWNLOAD_FAILED', 'status 500', 5],
    [
      'is busy for ever',
      answerStatus(429, { 'retry-after': '0' }),
      'PYEMBED_DOWNLOAD_FAILED',
      'status 429',
      5,
    ],
    [
      'cuts after every 1,000 bytes',
      cutAfter(1000),
      'PYEMBED_DOWNLOAD_FAILED',
      'broke off after 5000 bytes',
      5,
    ],
    [
      'cuts, and ignores ranges',
      (exchange) => cutAfter(half)({ ...exchange, from: 0 }),
      'PYEMBED_DOWNLOAD_FAILED',
      'broke off after',
      6,
    ],
    ['hangs for ever', hang, 'PYEMBED_DOWNLOAD_FAILED', 'Headers Timeout', 5],
    ['hangs up for ever', hangUp, 'PYEMBED_DOWNLOAD_FAILED', 'no answer', 5],
    [
      'compresses',
      (exchange) => {
        exchange.response.setHeader('content-encoding', 'gzip')
        return honest(exchange)
      },
      'PYEMBED_DOWNLOAD_FAILED',
      'content-encoding `gzip`',
      1,
    ],
    [
      'sends nothing',
      ({ response }) => response.end(),
      'PYEMBED_CHECKSUM_MISMATCH',
      'has 0 bytes',
      1,
    ],
    [
      'sends a page',
      ({ response }) => response.end('<html>Please log in</html>'),
      'PYEMBED_CHECKSUM_MISMATCH',
      'has 26 bytes',
      1,
    ],
    [
      'sends another file of the size',
      (exchange) => honest({ ...exchange, content: other }),
      'PYEMBED_CHECKSUM_MISMATCH',
      'has sha256',
      1,
    ],
    [
      'sends less',
      (exchange) => honest({ ...exchange, content: content.subarray(1) }),
      'PYEMBED_CHECKSUM_MISMATCH',
      'has 1048575 bytes',
      1,
    ],
    ['sends without end', endless, 'PYEMBED_CHECKSUM_MISMATCH', 'more than 1048576 bytes', 1],
    [
      'sends a part that nobody asked for',
      answerPart({ 'content-range': `bytes 0-999/${content.length}` }),
      'PYEMBED_DOWNLOAD_FAILED',
      'status 206',
      1,
    ],
    [
      'redirects to itself',
      redirect(() => `/20260610/archive.tar.gz`),
      'PYEMBED_DOWNLOAD_FAILED',
      'a loop',
      1,
    ],
    [
      'redirects in a circle',
      redirect((number) => `/${number % 3}`),
      'PYEMBED_DOWNLOAD_FAILED',
      'a loop',
      4,
    ],
    [
      'redirects on and on',
      redirect((number) => `/${number}`),
      'PYEMBED_DOWNLOAD_FAILED',
      'more than 10',
      11,
    ],
    [
      'redirects to a file',
      redirect(() => 'file:///etc/passwd'),
      'PYEMBED_DOWNLOAD_FAILED',
      '`file:` is refused',
      1,
    ],
    ['redirects to nowhere', redirect(() => 'http://'), 'PYEMBED_DOWNLOAD_FAILED', 'no address', 1],
  ]

  // Hanging for ever takes five time-outs.
  it.each(servers)('%s', { timeout: 20_000 }, async (_what, behave, code, text, requests) => {
    const { fetching, server, amount } = await download(behave, content.length)

    const error = await errorOf(() => fetching)

    expect(error.code).toBe(code)
    expect(error.message).toContain(text)
    expect(error.hint).toBeTruthy()
    expect(server.requests).toHaveLength(requests)
    // What the systems of both sides hold of an endless answer.
    expect(amount()).toBeLessThan(16)
  })

  it('sends without end, of a file whose size nobody knows', async () => {
    const directory = temporaryDirectory()
    const context = testContext(directory)
    const { env } = context
    const transfer = { ...env.transfer, largestFile: 3_000_000 }
    const server = await serveHostile(content, endless)

    const error = await errorOf(() =>
      downloadFile({ ...context, env: { ...env, transfer } }, wanted, [parseSource(server.url)]),
    )

    expect(error.message).toContain('more than 3000000 bytes')
    expect(listTree(directory)).toEqual([])
  })
})

describe('Retry-After', () => {
  it.each([
    ['seconds', () => ({ 'retry-after': '1' }), 1000],
    ['a date', () => ({ 'retry-after': new Date(Date.now() + 2000).toUTCString() }), 1000],
    // The clock of the server is the one that counts for its dates.
    [
      'a date by another clock',
      () => ({
        date: 'Sat, 21 Nov 2009 06:00:00 GMT',
        'retry-after': 'Sat, 21 Nov 2009 06:00:01 GMT',
      }),
      1000,
    ],
    ['more than the limit', () => ({ 'retry-after': '86400' }), 1500],
  ])('is waited for: %s', async (_, headers, least) => {
    const { fetching, elapsed, server } = await download(
      inTurn((exchange) => answerStatus(503, headers())(exchange), honest),
      content.length,
    )

    await fetching

    expect(elapsed()).toBeGreaterThanOrEqual(least - 20)
    expect(elapsed()).toBeLessThan(least + 1500)
    expect(server.requests).toHaveLength(2)
  })
})

describe('a switch of source', () => {
  const switched = async (first: Behaviour, second: Behaviour) => {
    const context = testContext(temporaryDirectory())
    const ifRange: (string | undefined)[] = []
    const servers = [
      await serveHostile(content, first),
      await serveHostile(content, (exchange) => {
        ifRange.push(exchange.request.headers['if-range'] as string | undefined)
        return second(exchange)
      }),
    ]
    const path = await downloadFile(
      context,
      wanted,
      servers.map(({ url }) => parseSource(url)),
    )
    expect(readFileSync(path).equals(content)).toBe(true)
    const sent = servers.reduce((sum, server) => sum + server.sent(), 0)
    return { amount: sent / content.length, ifRange }
  }

  it('goes on where the first one broke off, without its validator', async () => {
    const { amount, ifRange } = await switched(cutAfter(half), honest)

    expect(ifRange).toEqual([undefined])
    expect(amount).toBeLessThanOrEqual(1.05)
  })

  it('begins anew when the first one had another size', async () => {
    const shorter: Behaviour = (exchange) =>
      cutAfter(half)({ ...exchange, content: other.subarray(0, -1) })
    const { amount } = await switched(inTurn(shorter, answerStatus(404)), honest)

    expect(amount).toBeLessThanOrEqual(2.05)
  })

  it('begins anew when the first one had other bytes', async () => {
    const { amount } = await switched(otherHalf({ etag }), honest)

    expect(amount).toBeLessThanOrEqual(2.05)
  })
})
