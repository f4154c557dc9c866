import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'

import type { Context } from '../context.ts'
import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { renameWithRetry, sweepTemporary, temporaryName } from '../fs/atomic.ts'
import { cachedSize, cachePath } from './cache.ts'
import { type HttpClient, openClient, reasonOf } from './client.ts'
import { locate, type Source } from './source.ts'

/** A file of a PBS build, known by its hash. */
export interface Wanted {
  readonly build: string
  readonly name: string
  readonly sha256: string
  /** Where the hash came from, when not from the catalogue. */
  readonly hashFrom?: 'mirror' | undefined
}

/**
 * Puts a file into the download cache, unless it is there, and returns its path. The bytes are hashed while
 * they are written; a file whose hash is wrong is never given its name. Sources are tried in order.
 * @throws PYEMBED_CHECKSUM_MISMATCH, PYEMBED_DOWNLOAD_NOT_FOUND, PYEMBED_DOWNLOAD_FAILED, PYEMBED_OFFLINE
 */
export async function downloadFile(
  { env, emit, signal }: Context,
  wanted: Wanted,
  sources: readonly Source[],
): Promise<string> {
  const path = cachePath(env.cacheDir, wanted.sha256)
  if ((await cachedSize(env.cacheDir, wanted.sha256)) !== undefined) return path

  await sweepTemporary(dirname(path))
  await using client = openClient(env, signal)
  const failures: PyEmbedError[] = []
  for (const source of sources) {
    try {
      emit({ kind: 'start', id: wanted.name, text: `Fetching ${wanted.name}` })
      const { stream, size } = await openSource(client, source, wanted)
      await writeHashed(stream, path, wanted, source, (done) =>
        emit({ kind: 'progress', id: wanted.name, done, total: size }),
      )
      emit({ kind: 'end', id: wanted.name, text: `Fetched ${wanted.name} from ${source.base}` })
      return path
    } catch (error) {
      if (!(error instanceof PyEmbedError) || error.code === 'PYEMBED_OFFLINE') throw error
      emit({ kind: 'detail', text: error.message })
      failures.push(error)
    }
  }
  throw mostTelling(failures)
}

/** Opens a file of a build at one source. @throws PYEMBED_DOWNLOAD_NOT_FOUND, PYEMBED_DOWNLOAD_FAILED */
export async function openSource(
  client: HttpClient,
  source: Source,
  { build, name }: Pick<Wanted, 'build' | 'name'>,
): Promise<{ stream: Readable; size: number | undefined }> {
  const place = locate(source, build, name)
  const notFound = (): PyEmbedError =>
    new PyEmbedError('PYEMBED_DOWNLOAD_NOT_FOUND', `there is no \`${place}\``, {
      hint: 'Check `build` and `version` in the manifest and what the source holds (`pyembed python list`)',
    })

  if (source.kind === 'directory') {
    try {
      const { size } = await stat(place)
      return { stream: createReadStream(place, { highWaterMark: 1024 * 1024 }), size }
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') throw notFound()
      throw error
    }
  }
  const { status, size, body } = await client.get(place)
  if (status === 200) return { stream: body, size }
  await body.dump()
  if (status === 404 || status === 410) throw notFound()
  throw new PyEmbedError('PYEMBED_DOWNLOAD_FAILED', `\`${place}\` answered with status ${status}`, {
    hint: 'Try again later, or name a mirror with `PYEMBED_PYTHON_MIRROR`',
  })
}

async function writeHashed(
  stream: Readable,
  path: string,
  { name, sha256, hashFrom }: Wanted,
  source: Source,
  report: (done: number) => void,
): Promise<void> {
  const part = temporaryName(path)
  await mkdir(dirname(path), { recursive: true })
  const hash = createHash('sha256')
  let done = 0
  try {
    await using file = await open(part, 'wx')
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk)
      await file.write(chunk)
      done += chunk.length
      report(done)
    }
  } catch (error) {
    await rm(part, { force: true })
    throw new PyEmbedError(
      'PYEMBED_DOWNLOAD_FAILED',
      `\`${name}\` from \`${source.base}\` broke off after ${done} bytes: ${reasonOf(error)}`,
      { hint: 'Run the command again', cause: error },
    )
  }
  const found = hash.digest('hex')
  if (found === sha256) return renameWithRetry(part, path)

  await rm(part, { force: true })
  throw new PyEmbedError(
    'PYEMBED_CHECKSUM_MISMATCH',
    `\`${name}\` from \`${source.base}\` has sha256 \`${found}\`, the lock wants \`${sha256}\``,
    {
      hint:
        hashFrom === 'mirror'
          ? 'The lock was made from a mirror whose archive differs from this one: set `PYEMBED_PYTHON_MIRROR` to that mirror, or run `pyembed lock --upgrade`'
          : 'The file was damaged or replaced on the way: try another source, and tell who runs this one',
    },
  )
}

/** Of several sources' failures, the one to show: a wrong hash before a broken line before "not there". */
function mostTelling(failures: readonly PyEmbedError[]): PyEmbedError {
  const order = [
    'PYEMBED_CHECKSUM_MISMATCH',
    'PYEMBED_DOWNLOAD_FAILED',
    'PYEMBED_DOWNLOAD_NOT_FOUND',
  ]
  const [first] = [...failures].sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code))
  return first ?? new PyEmbedError('PYEMBED_DOWNLOAD_NOT_FOUND', 'no source is known')
}
