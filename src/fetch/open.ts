import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { discard, type HttpClient, type HttpResponse } from './client.ts'
import { rangeHeaders, readRange, readRetryAfter, readValidator, type Resume } from './range.ts'
import { locate, type Source } from './source.ts'
import { type ByteReader, startReading } from './stream.ts'

/** A file of a build at a source, or the rest of it. */
export interface OpenFile {
  readonly bytes: ByteReader
  /** Where they begin: 0, or where it was asked to go on. */
  readonly from: number
  /** Bytes of the whole file; undefined when the source does not say. */
  readonly size: number | undefined
  readonly validator: string | undefined
}

/**
 * Opens a file of a build at one source. What cannot be resumed begins at 0.
 * @throws PYEMBED_DOWNLOAD_NOT_FOUND, PYEMBED_DOWNLOAD_FAILED, PYEMBED_TLS_FAILED, PYEMBED_OFFLINE
 */
export async function openSource(
  client: HttpClient,
  source: Source,
  { build, name }: { readonly build: string; readonly name: string },
  resume?: Resume,
): Promise<OpenFile> {
  const place = locate(source, build, name)
  return source.kind === 'directory' ? openPath(place) : openUrl(client, place, resume)
}

async function openPath(path: string): Promise<OpenFile> {
  try {
    const { size } = await stat(path)
    const stream = createReadStream(path, { highWaterMark: 1024 * 1024 })
    return { bytes: startReading(stream), from: 0, size, validator: undefined }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') throw notFound(path)
    throw error
  }
}

async function openUrl(client: HttpClient, url: string, resume?: Resume): Promise<OpenFile> {
  const answer = await client.get(url, resume === undefined ? {} : rangeHeaders(resume))
  const { status, headers, size, body } = answer
  const validator = readValidator(headers)
  if (status === 200) return { bytes: startReading(body), from: 0, size, validator }
  if (resume !== undefined && status === 206) {
    const { isRest, total } = readRange(answer, resume)
    if (isRest) return { bytes: startReading(body), from: resume.from, size: total, validator }
  }
  discard(answer)
  // Another part than was asked for, of another file, or none: what is there is not of this file.
  if (resume !== undefined && [206, 416].includes(status)) return openUrl(client, url)
  throw status === 404 || status === 410 ? notFound(url) : refused(url, answer)
}

function notFound(place: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_DOWNLOAD_NOT_FOUND', `there is no \`${place}\``, {
    hint: 'Check `build` and `version` in the manifest and what the source holds (`pyembed python list`)',
  })
}

function refused(url: string, { status, headers }: HttpResponse): PyEmbedError {
  const mayPass = [408, 425, 429].includes(status) || status >= 500
  return new PyEmbedError('PYEMBED_DOWNLOAD_FAILED', `\`${url}\` answered with status ${status}`, {
    hint: 'Try again later, or name a mirror with `PYEMBED_PYTHON_MIRROR`',
    ...(mayPass ? { retryAfter: readRetryAfter(headers) } : {}),
  })
}
