import type { IncomingMessage, ServerResponse } from 'node:http'

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
