import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { expect, it, onTestFinished } from 'vitest'

import { downloadFile } from '../../src/fetch/download.ts'
import { parseSource } from '../../src/fetch/source.ts'
import { quickTransfer, testContext } from '../helpers/context.ts'
import { errorOf } from '../helpers/errors.ts'
import { honest, serveHostile } from '../helpers/hostile.ts'
import { content, wanted } from '../helpers/noise.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

/** A port that a firewall might drop packets to: whoever listens there is stopped, and its queue is full. */
async function openDeadPort(): Promise<number> {
  const program = `const s = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 },
    () => console.log(s.address().port))`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const port = Number(String((await once(child.stdout, 'data'))[0]))
  child.kill('SIGSTOP')
  const sockets: Socket[] = []
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
  for (;;) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    sockets.push(socket)
    const isOpen = await Promise.race([once(socket, 'connect').then(() => true), sleep(200, false)])
    if (!isOpen) return port
  }
}

const context = () =>
  testContext(temporaryDirectory(), {
    transfer: { ...quickTransfer, connectTimeout: 300, attempts: 2 },
  })

it('a server that never takes the connection is given up, and named', async () => {
  const source = parseSource(`http://127.0.0.1:${await openDeadPort()}/`)
  const started = Date.now()

  const error = await errorOf(() => downloadFile(context(), wanted, [source]))

  expect(error).toMatchObject({ code: 'PYEMBED_DOWNLOAD_FAILED' })
  expect(error.message).toContain('127.0.0.1')
  expect(Date.now() - started).toBeLessThan(8000)
})

it('the next source is asked then', async () => {
  const server = await serveHostile(content, honest)
  const sources = [`http://127.0.0.1:${await openDeadPort()}/`, server.url].map(parseSource)

  await downloadFile(context(), wanted, sources)

  expect(server.sent()).toBe(content.length)
})
