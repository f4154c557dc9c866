import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { entryHead, lockedPrefix } from '../install/entry.ts'
import { readManifest } from '../manifest/read.ts'
import { openEntry, type StoreEntry } from '../store/entry.ts'
import { type Verification, verifyEntry } from '../store/verify.ts'
import { chooseTargets, requireFreshLock } from './lock-state.ts'
import { openProject, type ProjectOptions, type TargetOptions } from './open.ts'

/** Compares the store entries of a project's targets with their inventories, file by file. */
export async function verifyProject(
  context: Context,
  options: ProjectOptions & TargetOptions = {},
): Promise<readonly Verification[]> {
  const verifications: Verification[] = []
  for (const entry of await findEntries(context, options)) {
    const { key } = entry.head
    context.emit({ kind: 'start', id: key, text: `Verifying ${key}` })
    const verification = await verifyEntry(entry, context.signal)
    context.emit({ kind: 'end', id: key, text: `Compared ${verification.files} files of ${key}` })
    verifications.push(verification)
  }
  return verifications
}

/** The store entries of a project's targets. @throws PYEMBED_NOT_SYNCED when one is not in the store */
export async function findEntries(
  { env }: Context,
  options: ProjectOptions & TargetOptions,
): Promise<readonly StoreEntry[]> {
  const project = openProject(options.project)
  const manifest = await readManifest(project.manifestPath)
  const lock = await requireFreshLock(project, manifest)
  const entries: StoreEntry[] = []
  for (const target of chooseTargets(manifest, options)) {
    const locked = lockedPrefix(lock, target)
    const entry =
      locked === undefined ? undefined : await openEntry(env.dataDir, (await entryHead(locked)).pin)
    if (entry === undefined) {
      throw new PyEmbedError(
        'PYEMBED_NOT_SYNCED',
        `the Python for \`${target}\` is not installed`,
        {
          hint: `Run \`pyembed sync --target ${target}\``,
        },
      )
    }
    entries.push(entry)
  }
  return entries
}
