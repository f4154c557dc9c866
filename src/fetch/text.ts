import { PyEmbedError } from '../errors.ts'
import type { HttpClient } from './client.ts'
import { openSource } from './open.ts'
import type { Source } from './source.ts'

/** More is no list of hashes of a build: PBS's are a tenth of it. */
const longestText = 8 * 1024 * 1024

/** A small text file of a build. @throws what opening throws, and PYEMBED_DOWNLOAD_FAILED when it breaks off */
export async function fetchText(
  client: HttpClient,
  source: Source,
  wanted: { readonly build: string; readonly name: string },
): Promise<string> {
  const { bytes } = await openSource(client, source, wanted)
  const failed = (what: string, options: { cause?: unknown; retryAfter?: number }): PyEmbedError =>
    new PyEmbedError(
      'PYEMBED_DOWNLOAD_FAILED',
      `\`${wanted.name}\` from \`${source.base}\` ${what}`,
      { hint: 'Check the network and what the source holds', ...options },
    )
  const chunks: Buffer[] = []
  let size = 0
  const text = bytes.read((reason, cause) =>
    failed(`broke off after ${size} bytes: ${reason}`, { cause, retryAfter: 0 }),
  )
  for await (const chunk of text) {
    size += chunk.length
    if (size > longestText) throw failed(`has more than ${longestText} bytes`, {})
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
