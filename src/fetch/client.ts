import type { Readable } from 'node:stream'

import type { Environment } from '../env.ts'
import { PyEmbedError } from '../errors.ts'
import type { Connection } from './connection.ts'

export interface HttpResponse {
  readonly status: number
  /** Bytes of the body by its header; undefined when the server does not say. */
  readonly size: number | undefined
  readonly body: Readable & { text(): Promise<string>; dump(): Promise<void> }
}

/** Connections to servers, closed together. */
export interface HttpClient extends AsyncDisposable {
  /** Follows redirects. @throws PYEMBED_OFFLINE, PYEMBED_DOWNLOAD_FAILED when no answer came. */
  get(url: string): Promise<HttpResponse>
  head(url: string): Promise<HttpResponse>
}

const idleTimeout = 30_000

/** Loaded at the first request: most commands make none, and undici doubles the time that node takes to start. */
async function connect(): Promise<Connection> {
  const { openConnection } = await import('./connection.ts')
  return openConnection()
}

/** A client with the proxies of the environment (`HTTPS_PROXY`, `NO_PROXY`, …). */
export function openClient(env: Environment, signal?: AbortSignal): HttpClient {
  let connection: Promise<Connection> | undefined
  const send = async (method: 'GET' | 'HEAD', url: string): Promise<HttpResponse> => {
    if (env.isOffline) {
      throw new PyEmbedError('PYEMBED_OFFLINE', `\`${url}\` is needed and the network is off`, {
        hint: 'Run `pyembed fetch` once with the network on, or without `--offline` and `PYEMBED_OFFLINE`',
      })
    }
    try {
      const { request, dispatcher } = await (connection ??= connect())
      const { statusCode, headers, body } = await request(url, {
        method,
        dispatcher,
        headersTimeout: idleTimeout,
        bodyTimeout: idleTimeout,
        // Archives are compressed already: with the identity, Content-Length counts the bytes that are hashed.
        headers: { 'accept-encoding': 'identity', 'user-agent': 'pyembed' },
        ...(signal === undefined ? {} : { signal }),
      })
      const length = Number(headers['content-length'])
      return { status: statusCode, size: Number.isSafeInteger(length) ? length : undefined, body }
    } catch (error) {
      throw new PyEmbedError(
        'PYEMBED_DOWNLOAD_FAILED',
        `no answer from \`${url}\`: ${reasonOf(error)}`,
        {
          hint: 'Check the network and the proxy settings, or name a mirror with `PYEMBED_PYTHON_MIRROR`',
          cause: error,
        },
      )
    }
  }
  return {
    get: (url) => send('GET', url),
    head: (url) => send('HEAD', url),
    [Symbol.asyncDispose]: async () => (await connection)?.agent.destroy(),
  }
}

/** The part of a network error that tells something: the innermost message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return reasonOf(error.cause)
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error.message
}
