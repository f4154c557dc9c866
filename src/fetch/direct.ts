import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'

import type { Connection, ConnectionOptions } from './connection.ts'

/** Connections to the servers themselves, one for each request. */
export function connect(options: ConnectionOptions): Connection {
  const { connectTimeout, idleTimeout, authorities } = options
  const plain = { send: http.request, agent: new http.Agent(), connected: 'connect' }
  const secure = {
    send: https.request,
    agent: new https.Agent(authorities === undefined ? {} : { ca: authorities }),
    connected: 'secureConnect',
  }
  return {
    ask: ({ method, url, headers, signal }) =>
      new Promise((resolve, reject) => {
        const { send, agent, connected } = new URL(url).protocol === 'https:' ? secure : plain
        const request = send(url, { method, headers, agent, ...(signal && { signal }) })
        let body: IncomingMessage | undefined
        const late = setTimeout(
          () => request.destroy(new Error(`no connection within ${connectTimeout / 1000} s`)),
          connectTimeout,
        )
        const watch = (socket: Socket): void => {
          clearTimeout(late)
          // The request would tell of the first time only.
          let wasFull = false
          socket.setTimeout(idleTimeout).on('timeout', () => {
            // While bytes wait to be read the other side cannot send more; and it needs time once they are read.
            const isFull = body !== undefined && body.readableLength > 0
            if (isFull || wasFull) socket.setTimeout(idleTimeout)
            else (body ?? request).destroy(new Error(`silent for ${idleTimeout / 1000} s`))
            wasFull = isFull
          })
        }
        request
          .on('error', reject)
          .on('close', () => clearTimeout(late))
          .on('socket', (socket) => socket.once(connected, () => watch(socket)))
          .on('response', (answer) => {
            body = answer
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body })
          })
          .end()
      }),
    close: async () => {
      for (const { agent } of [plain, secure]) agent.destroy()
    },
  }
}
