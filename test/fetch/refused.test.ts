import { describe, expect, it } from 'vitest'

import { downloadFile } from '../../src/fetch/download.ts'
import { parseSource } from '../../src/fetch/source.ts'
import { testContext } from '../helpers/context.ts'
import { download } from '../helpers/download.ts'
import { errorOf } from '../helpers/errors.ts'
import {
  answerPart,
  answerStatus,
  type Behaviour,
  cutAfter,
  endless,
  hang,
  hangUp,
  honest,
  serveHostile,
} from '../helpers/hostile.ts'
import { content, half, other, wanted } from '../helpers/noise.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree } from '../helpers/tree.ts'

const redirect =
  (to: (number: number) => string): Behaviour =>
  ({ number, response }) =>
    response.writeHead(302, { location: to(number) }).end()

describe('a server that ends in an error', () => {
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
    ['hangs for ever', hang, 'PYEMBED_DOWNLOAD_FAILED', 'silent for 0.4 s', 5],
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
