import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { downloadFile } from '../../src/fetch/download.ts'
import { parseSource } from '../../src/fetch/source.ts'
import { quickTransfer, testContext } from '../helpers/context.ts'
import { download } from '../helpers/download.ts'
import {
  answerStatus,
  type Behaviour,
  cutAfter,
  etag,
  honest,
  inTurn,
  otherHalf,
  serveHostile,
} from '../helpers/hostile.ts'
import { content, half, other, wanted } from '../helpers/noise.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

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

const shorter: Behaviour = (exchange) =>
  cutAfter(half)({ ...exchange, content: other.subarray(0, -1) })

async function switched(first: Behaviour, second: Behaviour) {
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

it('a line that is cut again and again is gone on with at once', async () => {
  const context = testContext(temporaryDirectory(), {
    transfer: { ...quickTransfer, firstPause: 5000, longestPause: 5000 },
  })
  const server = await serveHostile(content, cutAfter(100_000))
  const started = Date.now()

  await downloadFile(context, wanted, [parseSource(server.url)])

  expect(server.sent() / content.length).toBeLessThanOrEqual(1.05)
  expect(Date.now() - started).toBeLessThan(5000)
})

describe('a switch of source', () => {
  it('goes on where the first one broke off, without its validator', async () => {
    const { amount, ifRange } = await switched(cutAfter(half), honest)

    expect(ifRange).toEqual([undefined])
    expect(amount).toBeLessThanOrEqual(1.05)
  })

  it('begins anew when the first one had another size', async () => {
    const { amount } = await switched(inTurn(shorter, answerStatus(404)), honest)

    expect(amount).toBeLessThanOrEqual(2.05)
  })

  it('begins anew when the first one had other bytes', async () => {
    const { amount } = await switched(otherHalf({ etag }), honest)

    expect(amount).toBeLessThanOrEqual(2.05)
  })
})
