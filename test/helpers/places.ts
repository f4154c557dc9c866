import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'

import type { Lock } from '../../src/lock/lock.ts'
import { serveMirror } from '../mirror/serve.ts'

/** Servers that stand for the hosts of `example.org` in the pages. */
export interface Places {
  /** A page's text with the addresses of the servers. */
  readonly fill: (text: string) => string
  /** The servers that were asked for something since the last call. */
  readonly visited: () => ReadonlySet<Place>
  readonly close: () => Promise<void>
}

export const places = [
  'https://mirror.example.org/python',
  'https://pypi.example.org',
  'http://proxy.example.org:3128',
  '/srv/python-mirror',
] as const
export type Place = (typeof places)[number]

/** Starts them: a mirror, a package index with what the lock of `project` names, a proxy. */
export async function openPlaces(
  mirror: string,
  project: string,
  downloads: string,
): Promise<Places> {
  let visited = new Set<Place>()
  let requestsSeen = 0
  const archives = await serveMirror(mirror)
  const index = await listen((incoming, response) => {
    visited.add('https://pypi.example.org')
    answerIndex(incoming, response, project, downloads)
  })
  const proxy = await openProxy(() => visited.add('http://proxy.example.org:3128'))
  const addresses: Readonly<Record<Place, string>> = {
    'https://mirror.example.org/python': archives.url,
    'https://pypi.example.org': index.url,
    'http://proxy.example.org:3128': proxy.url,
    '/srv/python-mirror': mirror,
  }
  return {
    fill: (text) =>
      places.reduce((filled, place) => filled.replaceAll(place, addresses[place]), text),
    visited: () => {
      const found = visited
      if (archives.requests.length > requestsSeen) found.add('https://mirror.example.org/python')
      requestsSeen = archives.requests.length
      visited = new Set()
      return found
    },
    close: async () => {
      await Promise.all([archives.close(), index.close(), proxy.close()])
    },
  }
}

/** A package index (PEP 503). */
function answerIndex(
  { url: path = '' }: IncomingMessage,
  response: ServerResponse,
  project: string,
  downloads: string,
): void {
  const { targets } = JSON.parse(readFileSync(join(project, 'pyembed.lock'), 'utf8')) as Lock
  const packages = Object.values(targets).flatMap((target) => target.packages)
  const name = /^\/simple\/([^/]+)\/$/.exec(path)?.[1]
  const wheel = packages.find((locked) => path === `/files/${locked.wheel}`)
  const file = wheel && join(downloads, wheel.sha256)
  if (file !== undefined && existsSync(file)) response.end(readFileSync(file))
  else if (name === undefined) response.writeHead(404).end()
  else {
    const links = packages
      .filter((locked) => locked.name.toLowerCase() === name)
      .map(({ wheel: found, sha256 }) => `<a href="/files/${found}#sha256=${sha256}">${found}</a>`)
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(`<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`)
  }
}

/** A proxy that takes both forms of requests: whole addresses, and CONNECT. */
async function openProxy(visit: () => void) {
  const opened = await listen((incoming, response) => {
    visit()
    const { method, headers, url = '' } = incoming
    const onward = request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  })
  // What CONNECT opened is no longer the server's to close.
  const tunnels = new Set<Duplex>()
  opened.server.on('connect', ({ url = '' }, socket) => {
    visit()
    tunnels.add(socket)
    socket.once('close', () => tunnels.delete(socket))
    const { hostname, port } = new URL(`http://${url}`)
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    socket.once('close', () => onward.destroy())
  })
  return {
    url: opened.url,
    close: async () => {
      for (const socket of tunnels) socket.destroy()
      await opened.close()
    },
  }
}

async function listen(answer: (incoming: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
