import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { downloadFile } from '../../src/fetch/download.ts'
import { parseSource } from '../../src/fetch/source.ts'
import { startSecureServer } from '../helpers/certificate.ts'
import { runModule } from '../helpers/child.ts'
import { testContext } from '../helpers/context.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { startProxy } from '../helpers/proxy.ts'
import { startServer } from '../helpers/server.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'

const sha256 = createHash('sha256').update('archive').digest('hex')
const wanted = { build: '20260610', name: 'archive.tar.gz', sha256 }
const serve = () => startSecureServer((_, response) => response.end('archive'))

/** Each child takes a second or two to start. */
const patience = { timeout: 30_000 }

/** Downloads in a Node of its own, which reads `env` when it starts. */
const download = `
  const { downloadFile } = await import('./src/fetch/download.ts')
  const { parseSource } = await import('./src/fetch/source.ts')
  const { readEnvironment } = await import('./src/env.ts')
  const context = { env: { ...readEnvironment(), cacheDir: input.cacheDir }, emit: () => undefined }
  const done = downloadFile(context, input.wanted, [parseSource(input.url)])
  process.stdout.write(await done.then(() => 'fetched', (error) => error.code))
`

function downloadWith(url: string, env: Readonly<Record<string, string>>): Promise<string> {
  return runModule(download, { input: { url, wanted, cacheDir: temporaryDirectory() }, env })
}

describeWithTools(['openssl'], 'a server whose certificate no one knows', () => {
  it('is refused once, with a hint', async () => {
    const server = await serve()
    const context = testContext(temporaryDirectory())

    const error = await errorOf(() => downloadFile(context, wanted, [parseSource(server.url)]))

    expect(error.code).toBe('PYEMBED_TLS_FAILED')
    expect(error.message).toContain('self-signed certificate')
    expect(error.hint).toContain('SSL_CERT_FILE')
    expect(server.connections()).toBe(1)
  })

  it.each(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])(
    'is trusted with %s',
    patience,
    async (name) => {
      const { url, certificateFile } = await serve()

      expect(await downloadWith(url, { [name]: certificateFile })).toBe('fetched')
    },
  )

  it('is trusted with NODE_EXTRA_CA_CERTS beside SSL_CERT_FILE', patience, async () => {
    const [server, another] = [await serve(), await serve()]
    const env = {
      SSL_CERT_FILE: another.certificateFile,
      NODE_EXTRA_CA_CERTS: server.certificateFile,
    }

    expect(await downloadWith(server.url, env)).toBe('fetched')
  })

  it('is refused when SSL_CERT_FILE is of another one', patience, async () => {
    const [server, another] = [await serve(), await serve()]

    expect(await downloadWith(server.url, { SSL_CERT_FILE: another.certificateFile })).toBe(
      'PYEMBED_TLS_FAILED',
    )
  })

  it('is reached through a proxy, but for NO_PROXY', patience, async () => {
    const { url, certificateFile: SSL_CERT_FILE } = await serve()
    const proxy = await startProxy()
    const env = { SSL_CERT_FILE, HTTPS_PROXY: proxy.url }

    expect(await downloadWith(url, { ...env, NO_PROXY: '127.0.0.1' })).toBe('fetched')
    expect(proxy.tunnels).toEqual([])
    expect(await downloadWith(url, env)).toBe('fetched')
    expect(proxy.tunnels).toEqual([new URL(url).host])
  })

  it('may not send on to http', async () => {
    const plain = await startServer((_, response) => response.end('archive'))
    const { url, certificateFile } = await startSecureServer((_, response) =>
      response.writeHead(302, { location: plain.url }).end(),
    )
    const context = testContext(temporaryDirectory(), { certificateFiles: [certificateFile] })

    const error = await errorOf(() => downloadFile(context, wanted, [parseSource(url)]))

    expect(error.message).toContain('`http:` is refused')
    expect(plain.requests).toEqual([])
  })

  it('may be sent to from http', async () => {
    const { url, certificateFile } = await serve()
    const plain = await startServer((_, response) =>
      response.writeHead(302, { location: url }).end(),
    )
    const context = testContext(temporaryDirectory(), { certificateFiles: [certificateFile] })

    const path = await downloadFile(context, wanted, [parseSource(plain.url)])

    expect(readFileSync(path, 'utf8')).toBe('archive')
  })

  it('an http server is no https server', async () => {
    const plain = await startServer((_, response) => response.end('archive'))
    const context = testContext(temporaryDirectory())
    const url = plain.url.replace('http:', 'https:')

    const code = await codeOf(() => downloadFile(context, wanted, [parseSource(url)]))

    expect(code).toBe('PYEMBED_TLS_FAILED')
  })
})

it.each([
  ['is not there', () => '/nowhere/ca.pem', 'ENOENT'],
  ['is a folder', () => temporaryDirectory(), 'EISDIR'],
  [
    'holds none',
    () => {
      const path = join(temporaryDirectory(), 'ca.pem')
      writeFileSync(path, 'no certificate')
      return path
    },
    'are none',
  ],
])('a file of certificates that %s is an error', async (_, makeFile, text) => {
  const path = makeFile()
  const context = testContext(temporaryDirectory(), { certificateFiles: [path] })
  const server = await startServer((_request, response) => response.end('archive'))

  const error = await errorOf(() => downloadFile(context, wanted, [parseSource(server.url)]))

  expect(error.code).toBe('PYEMBED_TLS_FAILED')
  expect(error.message).toContain(`\`${path}\``)
  expect(error.message).toContain(text)
  expect(error.hint).toContain('SSL_CERT_FILE')
})
