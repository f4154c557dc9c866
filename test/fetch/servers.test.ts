import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { download } from '../helpers/download.ts'
import {
  answerPart,
  answerStatus,
  type Behaviour,
  cutAfter,
  drip,
  endEarly,
  hang,
  hangMidBody,
  hangUp,
  honest,
  ignoreRange,
  inTurn,
  otherHalf,
  reset,
} from '../helpers/hostile.ts'
import { content, half, wanted } from '../helpers/noise.ts'
import { startProxy } from '../helpers/proxy.ts'
import { listTree } from '../helpers/tree.ts'

/** Connections through a proxy are another library's than those without. */
describe.each([
  ['size known', content.length, false],
  ['size unknown', undefined, false],
  ['through a proxy', content.length, true],
])('a server that ends well (%s)', (_, size, isProxied) => {
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
    const proxy = await startProxy()
    const variables = isProxied ? { HTTP_PROXY: proxy.url } : {}
    const { fetching, context, amount } = await download(behave, size, variables)

    const path = await fetching

    expect(readFileSync(path).equals(content)).toBe(true)
    expect(amount()).toBeLessThanOrEqual(most)
    expect(listTree(context.env.cacheDir)).toEqual([`downloads/${wanted.sha256}`])
    const progress = context.events.filter((event) => event.kind === 'progress')
    expect(progress.at(-1)).toMatchObject({ done: content.length, total: content.length })
    expect(proxy.tunnels.length > 0).toBe(isProxied)
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
