import { readdir } from 'node:fs/promises'

import type { Context } from '../context.ts'
import { hasErrorCode, PyEmbedError, systemErrorCode } from '../errors.ts'
import { type HttpClient, openClient } from '../fetch/client.ts'
import { fromSources } from '../fetch/retry.ts'
import { locate, pythonSources, type Source } from '../fetch/source.ts'
import { fetchText } from '../fetch/text.ts'
import { compareText } from '../text/json.ts'
import type { Asset } from './asset.ts'
import { loadCatalogue } from './catalogue.ts'
import { parseShasums } from './shasums.ts'

/** A release that may hold what is asked for; its assets are looked up only when asked. */
export interface Release {
  readonly build: string
  /** undefined when no source has this release. */
  readonly assets: () => Promise<readonly Asset[] | undefined>
}

/**
 * The releases to choose from, newest first. With a mirror its own `SHA256SUMS` are the authority; without,
 * the catalogue, and for a `build` that it does not know the release's `SHA256SUMS`.
 */
export async function discoverReleases(
  context: Context,
  build?: string,
): Promise<readonly Release[]> {
  const catalogue = await loadCatalogue()
  const builds = [...new Set(catalogue.map((asset) => asset.build))]
  const sources = pythonSources(context.env)
  const fromShasums = (name: string): Release => ({
    build: name,
    assets: () => fetchShasums(context, sources, name),
  })
  const fromCatalogue = (name: string): Release => ({
    build: name,
    assets: () => Promise.resolve(catalogue.filter((asset) => asset.build === name)),
  })
  const hasMirror = context.env.pythonMirror !== undefined
  if (build !== undefined) {
    // The catalogue is a selection: what it lacks of a build it knows may still be there.
    const isKnown = builds.includes(build) && !hasMirror
    return isKnown ? [fromCatalogue(build), fromShasums(build)] : [fromShasums(build)]
  }
  const [mirror] = sources
  const names = hasMirror && mirror?.kind === 'directory' ? await listBuilds(mirror.base) : builds
  return [...names].sort((a, b) => compareText(b, a)).map(hasMirror ? fromShasums : fromCatalogue)
}

/** Whether the catalogue knows this very archive; if not, its hash rests on a mirror alone. */
export async function isInCatalogue(asset: Asset): Promise<boolean> {
  const catalogue = await loadCatalogue()
  return catalogue.some((known) => known.sha256 === asset.sha256 && known.build === asset.build)
}

async function fetchShasums(
  context: Context,
  sources: readonly Source[],
  build: string,
): Promise<readonly Asset[] | undefined> {
  await using client = openClient(context.env, context.signal)
  try {
    return await fromSources(context, sources, (source) => readShasums(client, source, build))
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_DOWNLOAD_NOT_FOUND')) return undefined
    if (!hasErrorCode(error, 'PYEMBED_DOWNLOAD_FAILED')) throw error
    throw new PyEmbedError(
      'PYEMBED_RELEASE_UNREACHABLE',
      `no source of build \`${build}\` can be reached: ${error.message}`,
      {
        hint: 'Check the network, name a mirror with `PYEMBED_PYTHON_MIRROR`, or choose a build of the catalogue (`pyembed python list`)',
        cause: error,
      },
    )
  }
}

async function readShasums(
  client: HttpClient,
  source: Source,
  build: string,
): Promise<readonly Asset[]> {
  const text = await fetchText(client, source, { build, name: 'SHA256SUMS' })
  const assets = parseShasums(text, locate(source, build, 'SHA256SUMS'))
  return assets.filter((asset) => asset.build === build)
}

async function listBuilds(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => /^\d{8}$/.test(name))
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
    throw new PyEmbedError(
      'PYEMBED_RELEASE_UNREACHABLE',
      `there is no mirror at \`${directory}\``,
      {
        hint: '`PYEMBED_PYTHON_MIRROR` must be an http(s) address or a folder that holds `<build>/SHA256SUMS`',
      },
    )
  }
}
