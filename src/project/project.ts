import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import { type Lock, lockName } from '../lock/lock.ts'
import { manifestDigest, manifestTargets } from '../lock/digest.ts'
import { readLock } from '../lock/file.ts'
import { recipe } from '../install/prefix.ts'
import { findManifest } from '../manifest/find.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { hostTarget } from '../platform/target.ts'

/** The files of a project, by absolute path. */
export interface Project {
  readonly directory: string
  readonly manifestPath: string
  readonly lockPath: string
  /** `.pyembed/` */
  readonly generated: string
}

export interface ProjectOptions {
  /** The folder of the manifest; default: the nearest above the working directory. */
  readonly project?: string | undefined
  /** Fail instead of changing the lock. */
  readonly isLocked?: boolean | undefined
}

export interface TargetOptions {
  /** Default: the host's. */
  readonly targets?: readonly string[] | undefined
  /** Every target of the manifest. */
  readonly isAllTargets?: boolean | undefined
}

export async function openProject(project: string | undefined): Promise<Project> {
  const manifestPath = await findManifest(project)
  const directory = dirname(manifestPath)
  return {
    directory,
    manifestPath,
    lockPath: join(directory, lockName),
    generated: join(directory, '.pyembed'),
  }
}

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

/** The text of a file, or undefined. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
