import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

export interface TestServer {
  readonly url: string
  /** `GET /path` of each request, as it came over the wire. */
  readonly requests: readonly string[]
}

/** A server on a free port of this machine that goes when the test ends. */
export async function startServer(answer: RequestListener): Promise<TestServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** A server of these files, by path as it comes over the wire; all else is 404. */
export function serveFiles(files: Readonly<Record<string, string>>): Promise<TestServer> {
  return startServer(({ url = '' }, response) => {
    const content = files[url]
    if (content === undefined) response.writeHead(404).end('not found')
    else response.end(content)
  })
}
