import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

import { onTestFinished } from 'vitest'

export interface TestProxy {
  readonly url: string
  /** `host:port` of each tunnel. */
  readonly tunnels: readonly string[]
}

/** A proxy of tunnels (RFC 9110, 9.3.6) that notes where they lead, and goes when the test ends. */
export async function startProxy(): Promise<TestProxy> {
  const tunnels: string[] = []
  const sockets: Duplex[] = []
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connect', ({ url = '' }, socket) => {
    tunnels.push(url)
    sockets.push(socket)
    const target = new URL(`http://${url}`)
    const far = connect(Number(target.port), target.hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      far.pipe(socket)
      socket.pipe(far)
    })
    far.on('error', () => socket.destroy())
    socket.on('error', () => far.destroy())
    socket.on('close', () => far.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels }
}
