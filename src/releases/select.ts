import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import type { Flavor, Manifest } from '../manifest/manifest.ts'
import type { Asset } from './asset.ts'
import { discoverReleases } from './discover.ts'
import { comparePythonVersions, matchesRequest } from './python-version.ts'

/** What to look for: the `[python]` table, for certain targets. */
export type PythonRequest = Pick<Manifest['python'], 'version' | 'build' | 'variant' | 'flavor'>

/** One version of one build that has an archive for every target that was asked for. */
export interface Selection {
  readonly version: string
  readonly build: string
  /** By target; beside those asked for, every other target of the same version. */
  readonly assets: ReadonlyMap<string, Asset>
}

/**
 * The newest release that has the requested Python for all `targets`.
 * @throws PYEMBED_BUILD_NOT_FOUND, PYEMBED_VERSION_NOT_FOUND, PYEMBED_TARGET_NOT_FOUND
 */
export async function selectPython(
  context: Context,
  request: PythonRequest,
  targets: readonly string[],
): Promise<Selection> {
  const releases = await discoverReleases(context, request.build)
  let incomplete: Selection | undefined

  for (const { assets } of releases) {
    const selection = selectFromRelease((await assets()) ?? [], request)
    if (selection === undefined) continue
    if (targets.every((target) => selection.assets.has(target))) return selection
    incomplete ??= selection
  }
  throw incomplete === undefined
    ? await nothingFound(context, request)
    : missingTarget(incomplete, request, targets)
}

function selectFromRelease(
  assets: readonly Asset[],
  { version: request, variant, flavor }: PythonRequest,
): Selection | undefined {
  const matching = assets.filter(
    (asset) => asset.variant === variant && matchesRequest(asset.version, request),
  )
  const [newest] = [...matching].sort((a, b) => comparePythonVersions(b.version, a.version))
  if (newest === undefined) return undefined

  const flavors: readonly Flavor[] =
    flavor === undefined ? ['install_only_stripped', 'install_only'] : [flavor]
  const byTarget = new Map<string, Asset>()
  for (const wanted of flavors) {
    for (const asset of matching) {
      const isWanted = asset.flavor === wanted && asset.version === newest.version
      if (isWanted && !byTarget.has(asset.target)) byTarget.set(asset.target, asset)
    }
  }
  return { version: newest.version, build: newest.build, assets: byTarget }
}

async function nothingFound(context: Context, request: PythonRequest): Promise<PyEmbedError> {
  const { version, build, variant } = request
  const what = variant === 'default' ? `Python \`${version}\`` : `${variant} Python \`${version}\``
  if (build === undefined) {
    return new PyEmbedError('PYEMBED_VERSION_NOT_FOUND', `no known build has ${what}`, {
      hint: 'Run `pyembed python list --all-builds` for what there is, or name the `build` in the manifest',
    })
  }
  const releases = await discoverReleases(context, build)
  const assets = (await Promise.all(releases.map((release) => release.assets()))).flatMap(
    (found) => found ?? [],
  )
  if (assets.length === 0) {
    return new PyEmbedError('PYEMBED_BUILD_NOT_FOUND', `no source has a build \`${build}\``, {
      hint: 'Run `pyembed python list --all-builds` for known builds',
    })
  }
  const versions = [...new Set(assets.map((asset) => asset.version))].sort(comparePythonVersions)
  return new PyEmbedError('PYEMBED_VERSION_NOT_FOUND', `build \`${build}\` has no ${what}`, {
    hint: `It has: ${versions.join(', ') || 'none'}`,
  })
}

function missingTarget(
  { version, build, assets }: Selection,
  { flavor }: PythonRequest,
  targets: readonly string[],
): PyEmbedError {
  const missing = targets.filter((target) => !assets.has(target))
  const of = flavor === undefined ? '' : ` of flavor \`${flavor}\``
  return new PyEmbedError(
    'PYEMBED_TARGET_NOT_FOUND',
    `Python ${version} of build ${build} has no archive${of} for ${missing.map((target) => `\`${target}\``).join(', ')}`,
    {
      hint: `It has: ${[...assets.keys()].sort().join(', ') || 'none'}. Another build may have more: \`pyembed lock --upgrade\`, or name it in the manifest`,
    },
  )
}
