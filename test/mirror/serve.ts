import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export interface ServedRequest {
  readonly method: string
  readonly path: string
  readonly range: string | undefined
  /** What it was answered with, as soon as that is decided. */
  readonly status: number
}

export interface MirrorServer {
  readonly url: string
  readonly requests: readonly ServedRequest[]
  readonly close: () => Promise<void>
}

/** Serves a mirror's directory as `<url>/<build>/<name>` on a free port of this machine, until it is closed. */
export async function serveMirror(dir: string): Promise<MirrorServer> {
  const requests: ServedRequest[] = []
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request
    requests.push({
      method,
      path,
      range: headers.range,
      get status() {
        return response.statusCode
      },
    })
    answer(dir, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

async function answer(
  dir: string,
  { method, url = '', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end()
    return
  }
  const path = findFile(dir, url)
  const file = path === undefined ? undefined : await stat(path).catch(() => undefined)
  if (path === undefined || !file?.isFile()) {
    response.writeHead(404).end()
    return
  }
  const { size, mtimeMs } = file
  const etag = `"${size.toString(16)}-${Math.trunc(mtimeMs).toString(16)}"`
  response.setHeader('Accept-Ranges', 'bytes').setHeader('ETag', etag)
  if (headers['if-none-match'] === etag) {
    response.writeHead(304).end()
    return
  }
  const isRangeValid = headers['if-range'] === undefined || headers['if-range'] === etag
  const range = isRangeValid ? parseRange(headers.range, size) : undefined
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end()
    return
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  response.setHeader('Content-Type', 'application/octet-stream')
  response.setHeader('Content-Length', end - start + 1)
  if (range) response.writeHead(206, { 'Content-Range': `bytes ${start}-${end}/${size}` })

  if (method === 'HEAD' || size === 0) response.end()
  else await pipeline(createReadStream(path, { start, end, highWaterMark: 1024 * 1024 }), response)
}

function findFile(dir: string, url: string): string | undefined {
  const [, build, name] = /^\/(\d{8})\/([\w.+%-]+)$/.exec(url) ?? []
  if (build === undefined || name === undefined) return undefined
  const decoded = name.replaceAll(/%2b/gi, '+')

  return decoded.startsWith('.') ? undefined : join(dir, build, decoded)
}

/** The one range asked for; anything else that a `Range` header may say is answered with the whole file. */
function parseRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const [match, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (match === undefined || (!first && !last)) return undefined
  const start = first ? Number(first) : Math.max(size - Number(last), 0)
  const end = first && last ? Math.min(Number(last), size - 1) : size - 1

  return start > end ? 'unsatisfiable' : { start, end }
}
