import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { cachedSize } from '../fetch/cache.ts'
import { discard, openClient } from '../fetch/client.ts'
import { locate, pythonSources } from '../fetch/source.ts'
import { fileSize } from '../fs/file-size.ts'
import { type Asset, assetName } from '../releases/asset.ts'
import { isInCatalogue } from '../releases/discover.ts'
import type { LockedArchive } from './lock.ts'

/** What a lock says of an asset. */
export async function lockArchive(context: Context, asset: Asset): Promise<LockedArchive> {
  const size = await assetSize(context, asset)
  return {
    name: assetName(asset),
    sha256: asset.sha256,
    ...(size === undefined ? {} : { size }),
    ...((await isInCatalogue(asset)) ? {} : { hashFrom: 'mirror' as const }),
  }
}

/** Bytes of an archive: of the cached copy, else as the first source that has it says; else unknown. */
async function assetSize({ env, signal }: Context, asset: Asset): Promise<number | undefined> {
  const cached = await cachedSize(env.cacheDir, asset.sha256)
  if (cached !== undefined || env.isOffline) return cached

  await using client = openClient(env, signal)
  for (const source of pythonSources(env)) {
    const place = locate(source, asset.build, assetName(asset))
    if (source.kind === 'directory') {
      const size = await fileSize(place)
      if (size !== undefined) return size
      continue
    }
    try {
      const answer = await client.head(place)
      discard(answer)
      if (answer.status === 200) return answer.size
    } catch (error) {
      if (!(error instanceof PyEmbedError)) throw error
    }
  }
  return undefined
}
