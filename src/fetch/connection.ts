import { EnvHttpProxyAgent, request } from 'undici'

export type Connection = ReturnType<typeof openConnection>

export interface ConnectionOptions {
  /** The environment, for the proxies. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly connectTimeout: number
  /** Certificate authorities instead of Node's. */
  readonly authorities: string[] | undefined
}

/**
 * Connections through the proxies of the environment. This file is what is loaded late, and not undici itself:
 * a bundled CommonJS package has no named exports for `import()`.
 */
export function openConnection({ variables, connectTimeout, authorities }: ConnectionOptions) {
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
  return { agent, request }
}
