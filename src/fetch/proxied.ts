import { EnvHttpProxyAgent, request as send } from 'undici'

import type { Connection, ConnectionOptions } from './connection.ts'

/** Connections through the proxies of the environment. */
export function connect(options: ConnectionOptions): Connection {
  const { variables, connectTimeout, idleTimeout, authorities } = options
  const tls = {
    timeout: connectTimeout,
    ...(authorities === undefined ? {} : { ca: authorities }),
  }
  const proxy = (name: string): string => variables[name.toLowerCase()] ?? variables[name] ?? ''
  const agent = new EnvHttpProxyAgent({
    connect: tls,
    // What goes through a proxy's tunnel, and the way to a proxy that is reached by https itself.
    requestTls: tls,
    proxyTls: tls,
    httpProxy: proxy('HTTP_PROXY'),
    httpsProxy: proxy('HTTPS_PROXY'),
    noProxy: proxy('NO_PROXY'),
  })
  return {
    ask: async ({ method, url, headers, signal }) => {
      const answer = await send(url, {
        method,
        dispatcher: agent,
        headersTimeout: idleTimeout,
        bodyTimeout: idleTimeout,
        headers: { ...credentialsOf(url), ...headers },
        ...(signal === undefined ? {} : { signal }),
      })
      return { status: answer.statusCode, headers: answer.headers, body: answer.body }
    },
    close: () => agent.destroy(),
  }
}

/** What Node's own client sends for `https://user:password@host/` (RFC 7617), and undici does not. */
function credentialsOf(url: string): Readonly<Record<string, string>> {
  const { username, password } = new URL(url)
  if (username === '' && password === '') return {}
  const pair = [username, password].map(decodeURIComponent).join(':')
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
