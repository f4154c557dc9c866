import type { Readable } from 'node:stream'

import type { Environment } from '../env.ts'
import { PyEmbedError } from '../errors.ts'
import { readAuthorities } from './certificates.ts'
import type { Answer, Connection } from './connection.ts'
import { noAnswer } from './failure.ts'
import { isRedirect, nextAddress } from './redirect.ts'

export type Headers = Readonly<Record<string, string | undefined>>

export interface HttpResponse {
  readonly status: number
  readonly headers: Headers
  /** Bytes of the body by its header; undefined when the server does not say. */
  readonly size: number | undefined
  readonly body: Readable
}

/** Connections to servers, closed together. */
export interface HttpClient extends AsyncDisposable {
  /**
   * Follows redirects, but not to an address that is less safe. Bodies are as the server has them: no encoding.
   * @throws PYEMBED_OFFLINE, PYEMBED_TLS_FAILED, PYEMBED_DOWNLOAD_FAILED when no answer came.
   */
  get(url: string, headers?: Headers): Promise<HttpResponse>
  head(url: string): Promise<HttpResponse>
}

/**
 * Opened at the first request: most commands make none. The library for proxies takes ten times as long to load as
 * Node's own client (docs/performance.md), so it is loaded where a proxy is named only.
 */
async function openConnection(env: Environment): Promise<Connection> {
  const { variables, transfer, certificateFiles } = env
  const { connectTimeout, idleTimeout } = transfer
  const authorities = await readAuthorities(certificateFiles)
  const isProxied = Object.entries(variables).some(
    ([name, value]) => /^https?_proxy$/i.test(name) && value,
  )
  const { connect } = await (isProxied ? import('./proxied.ts') : import('./direct.ts'))
  return connect({ variables, connectTimeout, idleTimeout, authorities })
}

/** A client with the proxies (`HTTPS_PROXY`, `NO_PROXY`, …) and the certificates of the environment. */
export function openClient(env: Environment, signal?: AbortSignal): HttpClient {
  let connection: Promise<Connection> | undefined
  const askOnce = async (
    method: 'GET' | 'HEAD',
    url: string,
    headers: Headers,
  ): Promise<HttpResponse> => {
    try {
      const { ask } = await (connection ??= openConnection(env))
      // Archives are compressed already: with the identity, Content-Length counts the bytes that are hashed.
      const all = { 'accept-encoding': 'identity', 'user-agent': 'pyembed', ...headers }
      return readAnswer(await ask({ method, url, headers: all, signal }))
    } catch (error) {
      throw error instanceof PyEmbedError ? error : noAnswer(url, error)
    }
  }
  const send = async (
    method: 'GET' | 'HEAD',
    first: string,
    headers: Headers = {},
  ): Promise<HttpResponse> => {
    if (env.isOffline) throw offline(first)
    const visited = [first]
    for (let url = first; ; visited.push(url)) {
      const answer = await askOnce(method, url, headers)
      if (!isRedirect(answer)) return refuseEncoding(url, answer)
      discard(answer)
      url = nextAddress(visited, answer.headers['location'])
    }
  }
  return {
    get: (url, headers) => send('GET', url, headers),
    head: (url) => send('HEAD', url),
    // Without a connection there is nothing to close, however it failed.
    [Symbol.asyncDispose]: async () => (await connection?.catch(() => undefined))?.close(),
  }
}

/** Hangs up: what is left of the body is not wanted. */
export function discard({ body }: Pick<HttpResponse, 'body'>): void {
  body.destroy()
}

function readAnswer(answer: Answer): HttpResponse {
  // Who reads the body is told of its errors; one that is discarded must not end the process with them.
  answer.body.on('error', () => undefined)
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )
  const length = Number(headers['content-length'])
  const size = Number.isSafeInteger(length) ? length : undefined
  return { status: answer.status, headers, size, body: answer.body }
}

function refuseEncoding(url: string, answer: HttpResponse): HttpResponse {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (['', 'identity'].includes(encoding)) return answer
  discard(answer)
  throw new PyEmbedError(
    'PYEMBED_DOWNLOAD_FAILED',
    `\`${url}\` came with content-encoding \`${encoding}\`, though the file as it is was asked for`,
    { hint: 'Have the server or the proxy send files unchanged, or name another mirror' },
  )
}

function offline(url: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_OFFLINE', `\`${url}\` is needed and the network is off`, {
    hint: 'Run `pyembed fetch` once with the network on, or without `--offline` and `PYEMBED_OFFLINE`',
  })
}
