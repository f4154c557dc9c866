import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

import { half, other } from './noise.ts'
import { startServer, type TestServer } from './server.ts'

/** One request to a server that may do what it likes with a file. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly content: Buffer
  /** 1 for the first request. */
  readonly number: number
  /** Where the range begins that is asked for; 0 without one. */
  readonly from: number
  /** Writes bytes of a body, and counts them. */
  readonly write: (bytes: Uint8Array) => Promise<void>
}

export type Behaviour = (exchange: Exchange) => unknown

export interface HostileServer extends TestServer {
  /** Bytes of bodies sent. */
  readonly sent: () => number
}

/** A server of one file, whatever it is asked for, that behaves like that. */
export async function serveHostile(content: Buffer, behave: Behaviour): Promise<HostileServer> {
  let sent = 0
  let number = 0
  const server = await startServer((request, response) => {
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const write = (bytes: Uint8Array): Promise<void> => {
      sent += bytes.length
      return new Promise((resolve) => response.write(bytes, () => resolve()))
    }
    number += 1
    void behave({ request, response, content, number, from, write })
  })
  return { ...server, sent: () => sent }
}

export const etag = '"one"'

/** The headers a good server sends for the rest of the file, or for all of it. */
export function sendHead(
  { request, response, content, from }: Exchange,
  headers: Readonly<Record<string, string>> = { etag },
): number {
  const known = [undefined, headers['etag'], headers['last-modified']]
  const isChanged = !known.includes(request.headers['if-range'] as string | undefined)
  const start = isChanged ? 0 : from
  response.writeHead(start === 0 ? 200 : 206, {
    'content-length': String(content.length - start),
    ...(start === 0
      ? {}
      : { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    ...headers,
  })
  return start
}

/** What a good server does. */
export const honest: Behaviour = async (exchange) => {
  const start = sendHead(exchange)
  await exchange.write(exchange.content.subarray(start))
  exchange.response.end()
}

/** Breaks off after so many bytes of each answer. */
export function cutAfter(bytes: number, headers?: Readonly<Record<string, string>>): Behaviour {
  return async (exchange) => {
    const start = sendHead(exchange, headers)
    await exchange.write(exchange.content.subarray(start, start + bytes))
    if (start + bytes < exchange.content.length) exchange.response.destroy()
    else exchange.response.end()
  }
}

/** One behaviour per request; the last one for all that follow. */
export function inTurn(...behaviours: readonly Behaviour[]): Behaviour {
  return (exchange) => behaviours[Math.min(exchange.number, behaviours.length) - 1]?.(exchange)
}

/** A status, and nothing of the file. */
export function answerStatus(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Behaviour {
  return ({ response }) => response.writeHead(status, headers).end()
}

/** Half of another file, and a broken line. */
export const otherHalf =
  (headers: Readonly<Record<string, string>>): Behaviour =>
  async (exchange) =>
    cutAfter(half, headers)({ ...exchange, content: other })

/** A right or wrong 206, whatever is asked for. */
export const answerPart =
  (headers: Readonly<Record<string, string>>): Behaviour =>
  async ({ content, response, write }) => {
    response.writeHead(206, headers)
    await write(content.subarray(0, 1000))
    response.end()
  }

export const hang: Behaviour = () => undefined

export const hangMidBody: Behaviour = async (exchange) => {
  const start = sendHead(exchange)
  await exchange.write(exchange.content.subarray(start, start + half))
}

export const endEarly: Behaviour = async ({ content, from, response, write }) => {
  const end = Math.min(from + 400_000, content.length)
  if (from > 0) {
    response.writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${content.length}` })
  }
  await write(content.subarray(from, end))
  response.end()
}

export const drip: Behaviour = async (exchange) => {
  sendHead(exchange)
  for (let at = 0; at < exchange.content.length; at += 100_000) {
    await exchange.write(exchange.content.subarray(at, at + 100_000))
    await sleep(60)
  }
  exchange.response.end()
}

export const ignoreRange: Behaviour = async (exchange) => honest({ ...exchange, from: 0 })

export const reset: Behaviour = async (exchange) => {
  const start = sendHead(exchange)
  await exchange.write(exchange.content.subarray(start, start + half))
  // A reset takes along what the other side's system has received and its program has not read yet.
  await sleep(100)
  exchange.response.socket?.resetAndDestroy()
}

export const hangUp: Behaviour = ({ response }) => response.socket?.destroy()

/** As much of a body as the other side takes. */
export const endless: Behaviour = async ({ content, response, write }) => {
  response.writeHead(200)
  while (!response.destroyed) await write(content)
}
