import { EnvHttpProxyAgent, interceptors, request } from 'undici'

const connectTimeout = 10_000

export type Connection = ReturnType<typeof openConnection>

/**
 * Connections through the proxies of the environment. This file is what is loaded late, and not undici itself:
 * a bundled CommonJS package has no named exports for `import()`.
 */
export function openConnection() {
  const agent = new EnvHttpProxyAgent({ connect: { timeout: connectTimeout } })
  const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 5 }))
  return { agent, dispatcher, request }
}
