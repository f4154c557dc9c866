import { dirname } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError, redact } from '../errors.ts'
import { sweepTemporary } from '../fs/atomic.ts'
import type { Growth } from '../fs/growth.ts'
import { withLease } from '../fs/lease.ts'
import { sweepLeftovers } from '../fs/leftovers.ts'
import { makeFolders } from '../fs/make-folders.ts'
import { cachedSize, cachePath } from './cache.ts'
import { openClient } from './client.ts'
import { openPartial } from './partial.ts'
import { fromSources } from './retry.ts'
import type { Source } from './source.ts'
import { fetchFrom, type Wanted } from './transfer.ts'

/** Who reads a file while it is fetched: the hash of the whole decides only at the end. */
export interface Follower {
  readonly growth: Growth
  /** Called with the file as it grows; again when another process took it over and failed. */
  readonly begin: (path: string) => void
}

/**
 * Puts a file into the download cache, unless it is there, and returns its path. The bytes are hashed while
 * they are written; a file whose hash is wrong is never given its name. Sources are tried in order, and again where
 * that may help. What is there of the file is gone on with, whoever fetched it from wherever. Of several processes
 * that want a file one fetches it. What an interruption leaves is removed; what a failure leaves is kept.
 * @throws PYEMBED_CHECKSUM_MISMATCH, PYEMBED_DOWNLOAD_NOT_FOUND, PYEMBED_DOWNLOAD_FAILED, PYEMBED_TLS_FAILED,
 * PYEMBED_OFFLINE
 */
export async function downloadFile(
  context: Context,
  wanted: Wanted,
  sources: readonly Source[],
  follower?: Follower,
): Promise<string> {
  const { env, emit, signal } = context
  const path = cachePath(env.cacheDir, wanted.sha256)
  const isDone = async () => (await cachedSize(env.cacheDir, wanted.sha256)) !== undefined
  await sweepTemporary(dirname(path))
  await sweepLeftovers(dirname(path))
  if (await isDone()) return path

  makeFolders(dirname(path))
  emit({ kind: 'start', id: wanted.name, text: `Fetching ${wanted.name}` })
  let from = 'another process'
  const onWait = () => emit({ kind: 'detail', text: `another process fetches ${wanted.name}` })
  const options = { timing: env.transfer.lease, signal, isDone, onWait }
  // Another process may take a file over whose own process it took for dead, and then fail.
  while (!(await isDone())) {
    await withLease(`${path}.lease`, options, async () => {
      from = await fetchTo(path, context, wanted, sources, follower)
    })
  }
  emit({ kind: 'end', id: wanted.name, text: `Fetched ${wanted.name} from ${from}` })
  return path
}

/** Says where the file came from. */
async function fetchTo(
  path: string,
  context: Context,
  wanted: Wanted,
  sources: readonly Source[],
  follower: Follower | undefined,
): Promise<string> {
  const { env, signal } = context
  await using client = openClient(env, signal)
  const partial = await openPartial(path, follower?.growth)
  follower?.begin(partial.path)
  let highest = partial.size()
  const report = (done: number, total: number | undefined): void => {
    highest = Math.max(highest, done)
    context.emit({ kind: 'progress', id: wanted.name, done, total })
  }
  try {
    const transfer = { client, partial, wanted, report, largest: env.transfer.largestFile }
    const isWhole = partial.digest() === wanted.sha256
    const source = isWhole
      ? undefined
      : await fromSources(
          context,
          sources,
          async (candidate) => {
            await fetchFrom(candidate, transfer)
            return candidate
          },
          () => highest,
        )
    await partial.publish()
    return source === undefined ? 'an earlier try' : redact(source.base)
  } catch (error) {
    // Only what a source did can be better next time: after a full disk or an interruption nothing is left.
    const isWorthKeeping = partial.size() >= env.transfer.worthKeeping
    await partial.close(error instanceof PyEmbedError && isWorthKeeping)
    throw error
  }
}
