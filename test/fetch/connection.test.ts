import { setTimeout as sleep } from 'node:timers/promises'

import { expect, it } from 'vitest'

import { connect } from '../../src/fetch/direct.ts'
import { connect as connectByProxy } from '../../src/fetch/proxied.ts'
import { startProxy } from '../helpers/proxy.ts'
import { startServer } from '../helpers/server.ts'

const options = { connectTimeout: 2000, idleTimeout: 500, authorities: undefined }
const connection = connect({ variables: {}, ...options })

/** More than the systems of both sides take for a program that does not read. */
const much = Buffer.alloc(16 * 1024 * 1024)

it('who does not read for a while does not take the server for silent', async () => {
  const { url } = await startServer((_, response) => response.end(much))

  const { body } = await connection.ask({ method: 'GET', url, headers: {}, signal: undefined })
  body.pause()
  await sleep(1500)

  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(piece as Buffer)
  expect(Buffer.concat(pieces).length).toBe(much.length)
})

it('a server that is silent after that is', async () => {
  const { url } = await startServer((_, response) => void response.write(much))

  const { body } = await connection.ask({ method: 'GET', url, headers: {}, signal: undefined })
  body.pause()
  await sleep(1500)

  await expect(
    (async () => {
      for await (const piece of body) void piece
    })(),
  ).rejects.toThrow('silent for 0.5 s')
})

it.each([
  ['to the server', connect],
  ['through a proxy', connectByProxy],
])('user and password of an address are sent (%s)', async (_, open) => {
  const sent: (string | undefined)[] = []
  const server = await startServer(({ headers }, response) => {
    sent.push(headers.authorization)
    response.end()
  })
  const url = server.url.replace('//', '//ada:p%40ss@')
  const { ask, close } = open({ variables: { http_proxy: (await startProxy()).url }, ...options })

  const { body } = await ask({ method: 'GET', url, headers: {}, signal: undefined })
  body.resume()
  await close()

  expect(sent).toEqual([`Basic ${Buffer.from('ada:p@ss').toString('base64')}`])
})
