import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { cachedSize, cachePath } from '../fetch/cache.ts'
import { renameWithRetry } from '../fs/atomic.ts'
import { withLease } from '../fs/lease.ts'
import type { Lock, LockedPackage } from '../lock/lock.ts'
import { parseTarget } from '../platform/target.ts'
import { formatCount } from '../text/count.ts'
import { runPip } from './pip.ts'
import { ensureToolPython } from './tool-python.ts'

/**
 * Puts the wheels of a target into the download cache; pip finds and fetches those that are not there,
 * by their hashes. With all of them cached no process is started.
 * @throws PYEMBED_DOWNLOAD_FAILED, PYEMBED_CHECKSUM_MISMATCH, PYEMBED_OFFLINE
 */
export async function fetchWheels(context: Context, lock: Lock, target: string): Promise<void> {
  const { env, signal } = context
  const packages = lock.targets[target]?.packages ?? []
  const [first] = await missingWheels(env.cacheDir, packages)
  if (first === undefined) return
  // Another process may want the same wheels, or some of them: one pip fetches, the other finds them then.
  const lease = `${cachePath(env.cacheDir, first.sha256)}.lease`
  const isDone = async () => (await missingWheels(env.cacheDir, packages)).length === 0
  await withLease(lease, { timing: env.transfer.lease, signal, isDone }, async () =>
    fetchMissing(context, lock, target, await missingWheels(env.cacheDir, packages)),
  )
}

async function missingWheels(
  cacheDir: string,
  packages: readonly LockedPackage[],
): Promise<readonly LockedPackage[]> {
  const sizes = await Promise.all(packages.map(({ sha256 }) => cachedSize(cacheDir, sha256)))
  return packages.filter((_, index) => sizes[index] === undefined)
}

async function fetchMissing(
  context: Context,
  lock: Lock,
  target: string,
  missing: readonly LockedPackage[],
): Promise<void> {
  const { env, emit } = context
  const id = `wheels-${target}`
  emit({ kind: 'start', id, text: `Fetching ${missing.map(({ wheel }) => wheel).join(', ')}` })
  const tool = await ensureToolPython(context, lock)
  const request = {
    command: 'download',
    kind: {
      target: parseTarget(target),
      version: lock.python.version,
      variant: lock.python.variant,
    },
    floors: lock.platform,
    requirements: missing.map(
      ({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}`,
    ),
    constraints: [],
  } as const
  await runPip(context, tool, request, async (result, directory) => {
    if (!result.isOk) throw describeFailure(result.stderr, result.reason, target)
    await moveToCache(env.cacheDir, directory, missing)
  })
  emit({
    kind: 'end',
    id,
    text: `Fetched ${formatCount(missing.length, 'wheel')} for ${target}`,
  })
}

async function moveToCache(
  cacheDir: string,
  directory: string,
  wanted: readonly LockedPackage[],
): Promise<void> {
  const names = await readdir(directory)
  for (const { wheel, sha256 } of wanted) {
    const path = join(directory, wheel)
    const found = names.includes(wheel) ? await hashFile(path) : undefined
    if (found !== sha256) {
      throw new PyEmbedError(
        'PYEMBED_CHECKSUM_MISMATCH',
        `\`${wheel}\` has sha256 \`${found ?? 'none: pip fetched another file'}\`, the lock wants \`${sha256}\``,
        {
          hint: 'The index changed a published file: lock anew with `pyembed lock --upgrade`, and ask why',
        },
      )
    }
    await renameWithRetry(path, cachePath(cacheDir, sha256))
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}

function describeFailure(stderr: string, reason: string, target: string): PyEmbedError {
  if (stderr.includes('THESE PACKAGES DO NOT MATCH THE HASHES')) {
    return new PyEmbedError(
      'PYEMBED_CHECKSUM_MISMATCH',
      `a wheel for \`${target}\` is not the one that was locked:\n${stderr.trim()}`,
      {
        hint: 'The index changed a published file: lock anew with `pyembed lock --upgrade`, and ask why',
      },
    )
  }
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  return new PyEmbedError(
    'PYEMBED_DOWNLOAD_FAILED',
    `pip cannot fetch the wheels for \`${target}\` (${reason}):\n${lines.slice(-6).join('\n')}`,
    { hint: 'Check the index that pip is configured with (`pip config list`) and the network' },
  )
}
