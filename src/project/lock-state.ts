import { PyEmbedError } from '../errors.ts'
import { recipe } from '../install/recipe.ts'
import { manifestDigest, manifestTargets } from '../lock/digest.ts'
import { readLock } from '../lock/file.ts'
import type { Lock } from '../lock/lock.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { hostTarget } from '../platform/target.ts'
import type { Project, TargetOptions } from './open.ts'

/** Why a lock does not fit a manifest, or undefined when it does. */
export function staleReason(lock: Lock, manifest: Manifest): string | undefined {
  if (lock.recipe !== recipe)
    return `it was made by recipe ${lock.recipe}, this pyembed has ${recipe}`
  if (lock.digest !== manifestDigest(manifest))
    return `\`${manifest.path}\` asks for something else`
  return undefined
}

/** The lock of a project. @throws PYEMBED_LOCK_MISSING, PYEMBED_LOCK_STALE */
export async function requireFreshLock({ lockPath }: Project, manifest: Manifest): Promise<Lock> {
  const lock = await readLock(lockPath)
  if (lock === undefined) {
    throw new PyEmbedError('PYEMBED_LOCK_MISSING', `there is no \`${lockPath}\``, {
      hint: 'Run `pyembed lock` and commit the file',
    })
  }
  const reason = staleReason(lock, manifest)
  if (reason === undefined) return lock
  throw new PyEmbedError('PYEMBED_LOCK_STALE', `\`${lockPath}\` is stale: ${reason}`, {
    hint: 'Run `pyembed lock` without `--locked` (and without `CI`) and commit the file',
  })
}

/** The targets a command works on. @throws PYEMBED_TARGET_NOT_IN_MANIFEST */
export function chooseTargets(
  manifest: Manifest,
  { targets, isAllTargets }: TargetOptions,
): readonly string[] {
  const known = manifestTargets(manifest)
  if (isAllTargets === true) return known
  const wanted = targets ?? [hostTarget()]
  const unknown = wanted.find((target) => !known.includes(target))
  if (unknown === undefined) return [...new Set(wanted)]
  throw new PyEmbedError(
    'PYEMBED_TARGET_NOT_IN_MANIFEST',
    `\`${manifest.path}\` has no target \`${unknown}\``,
    { hint: `Add it to \`targets\`, or choose with \`--target\` from: ${known.join(', ')}` },
  )
}
