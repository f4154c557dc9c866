import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { temporaryDirectory } from './temporary.ts'

export interface SecureServer {
  readonly url: string
  /** Its certificate, which no one knows. */
  readonly certificateFile: string
  readonly connections: () => number
}

/** An https server on a free port of this machine, with a certificate of its own making. */
export async function startSecureServer(answer: RequestListener): Promise<SecureServer> {
  const directory = temporaryDirectory('certificate')
  const [keyFile, certificateFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  execFileSync(
    'openssl',
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=localhost`
      .split(' ')
      .concat(
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        keyFile,
        '-out',
        certificateFile,
      ),
    { stdio: 'ignore' },
  )
  const server = createServer(
    { key: readFileSync(keyFile), cert: readFileSync(certificateFile) },
    answer,
  )
  let connections = 0
  server.on('connection', () => (connections += 1))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `https://127.0.0.1:${port}`, certificateFile, connections: () => connections }
}
