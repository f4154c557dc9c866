import { readFile } from 'node:fs/promises'

import { PyEmbedError } from '../errors.ts'

/**
 * The certificate authorities to trust instead of those that Node has, as PEM; undefined when no file is named.
 * @throws PYEMBED_TLS_FAILED when a file cannot be read or holds no certificate
 */
export async function readAuthorities(files: readonly string[]): Promise<string[] | undefined> {
  return files.length === 0 ? undefined : Promise.all(files.map(readCertificates))
}

async function readCertificates(path: string): Promise<string> {
  const unusable = (reason: string, cause?: unknown): PyEmbedError =>
    new PyEmbedError('PYEMBED_TLS_FAILED', `the certificates of \`${path}\` ${reason}`, {
      hint: 'Correct or unset `SSL_CERT_FILE` (and `NODE_EXTRA_CA_CERTS`): a file of certificates in PEM format',
      cause,
    })
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw unusable(
      `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
  }
  if (!/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/m.test(text)) throw unusable('are none')
  return text
}
