import type { Readable } from 'node:stream'

export interface ConnectionOptions {
  /** The environment, for the proxies. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Milliseconds until a connection stands, and between two pieces of an answer. */
  readonly connectTimeout: number
  readonly idleTimeout: number
  /** Certificate authorities instead of Node's. */
  readonly authorities: string[] | undefined
}

export interface Request {
  readonly method: 'GET' | 'HEAD'
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Ends with an error where the other side ends too early, or is silent for too long. */
  readonly body: Readable
}

/** Sends requests and follows nothing. */
export interface Connection {
  readonly ask: (request: Request) => Promise<Answer>
  readonly close: () => Promise<void>
}
