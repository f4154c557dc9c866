import { PyEmbedError } from '../errors.ts'

/** Why no answer came, as an error that says whether it may come later. */
export function noAnswer(url: string, error: unknown): PyEmbedError {
  const { code, message } = innermost(error)
  if (tlsCode.test(code)) {
    return new PyEmbedError(
      'PYEMBED_TLS_FAILED',
      `no secure connection to \`${url}\`: ${message}`,
      {
        hint: 'If this network has a certificate authority of its own, name a PEM file of it: `SSL_CERT_FILE` (instead of the known ones) or `NODE_EXTRA_CA_CERTS` (beside them)',
        cause: error,
      },
    )
  }
  return new PyEmbedError('PYEMBED_DOWNLOAD_FAILED', `no answer from \`${url}\`: ${message}`, {
    hint: 'Check the network and the proxy settings, or name a mirror with `PYEMBED_PYTHON_MIRROR`',
    cause: error,
    ...(lastingCodes.has(code) ? {} : { retryAfter: 0 }),
  })
}

/** What OpenSSL and Node call a refused certificate or a failed handshake (nodejs.org/api/tls.html). */
const tlsCode =
  /^(?:CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|EPROTO$)/

/** No server of that name, or no address at all: asking again soon is of no use. */
const lastingCodes: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'ERR_INVALID_URL',
  'ERR_UNESCAPED_CHARACTERS',
  'UND_ERR_INVALID_ARG',
])

/** The part of a network error that tells something: the innermost message. */
export function reasonOf(error: unknown): string {
  return innermost(error).message
}

function innermost(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  if (error.cause instanceof Error) return innermost(error.cause)
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // Node says no more than this of an answer that breaks off.
  return { code, message: error.message === 'aborted' ? 'the connection broke' : error.message }
}
