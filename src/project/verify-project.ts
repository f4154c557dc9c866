import type { Context } from '../context.ts'
import { hasErrorCode, PyEmbedError } from '../errors.ts'
import { ensureEntry, entryHead, type LockedPrefix, lockedPrefix } from '../install/entry.ts'
import { repairEntry } from '../install/repair.ts'
import type { Lock } from '../lock/lock.ts'
import { readManifest } from '../manifest/read.ts'
import { fetchWheels } from '../packages/download.ts'
import { openEntry, type StoreEntry } from '../store/entry.ts'
import { type Problem, type Verification, verifyEntry } from '../store/verify.ts'
import { chooseTargets, requireFreshLock } from './lock-state.ts'
import { openProject, type ProjectOptions, type TargetOptions } from './open.ts'

export interface VerifyProjectOptions extends ProjectOptions, TargetOptions {
  /** Byte code that Python wrote is a problem of kind `extra`. */
  readonly isStrict?: boolean | undefined
  /** Puts back what differs and removes what is not of the entry, before the comparison that is returned. */
  readonly isRepair?: boolean | undefined
}

export interface ProjectVerification extends Verification {
  /** What was wrong and has been put right. */
  readonly repaired: readonly Problem[]
}

/**
 * Compares the store entries of a project's targets with their inventories, file by file.
 * @throws PYEMBED_NOT_SYNCED when one is not in the store, and what `repairEntry` throws
 */
export async function verifyProject(
  context: Context,
  options: VerifyProjectOptions = {},
): Promise<readonly ProjectVerification[]> {
  const verifications: ProjectVerification[] = []
  const open = options.isRepair === true ? openOrReinstall : openLocked
  const found = await findLockedEntries(options, (locked, lock) => open(context, locked, lock))
  for (const { entry, locked, lock } of found) {
    const { key, target } = entry.head
    const wheels = (): Promise<void> => fetchWheels(context, lock, target)
    context.emit({ kind: 'start', id: key, text: `Verifying ${key}` })
    const repaired =
      options.isRepair === true ? await repairEntry(context, locked, entry, wheels) : []
    const { isStrict } = options
    const verification = await verifyEntry(entry, { isStrict, signal: context.signal })
    context.emit({ kind: 'end', id: key, text: `Compared ${verification.files} files of ${key}` })
    verifications.push({ ...verification, repaired })
  }
  return verifications
}

/** The store entries of a project's targets. @throws PYEMBED_NOT_SYNCED when one is not in the store */
export async function findEntries(
  context: Context,
  options: ProjectOptions & TargetOptions,
): Promise<readonly StoreEntry[]> {
  const found = await findLockedEntries(options, (locked) => openLocked(context, locked))
  return found.map(({ entry }) => entry)
}

async function openLocked({ env }: Context, locked: LockedPrefix): Promise<StoreEntry | undefined> {
  return openEntry(env.dataDir, (await entryHead(locked)).pin)
}

/** One whose inventory cannot be read is installed again. */
async function openOrReinstall(
  context: Context,
  locked: LockedPrefix,
  lock: Lock,
): Promise<StoreEntry | undefined> {
  try {
    return await openLocked(context, locked)
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_STORE_ENTRY_INVALID') || error.damaged === undefined)
      throw error
    return ensureEntry(context, locked, () => fetchWheels(context, lock, locked.target))
  }
}

interface LockedEntry {
  readonly lock: Lock
  readonly locked: LockedPrefix
  readonly entry: StoreEntry
}

async function findLockedEntries(
  options: ProjectOptions & TargetOptions,
  open: (locked: LockedPrefix, lock: Lock) => Promise<StoreEntry | undefined>,
): Promise<readonly LockedEntry[]> {
  const project = openProject(options.project)
  const manifest = await readManifest(project.manifestPath)
  const lock = await requireFreshLock(project, manifest)
  const entries: LockedEntry[] = []
  for (const target of chooseTargets(manifest, options)) {
    const locked = lockedPrefix(lock, target)
    const entry = locked === undefined ? undefined : await open(locked, lock)
    if (locked === undefined || entry === undefined) {
      throw new PyEmbedError(
        'PYEMBED_NOT_SYNCED',
        `the Python for \`${target}\` is not installed`,
        {
          hint: `Run \`pyembed sync --target ${target}\``,
        },
      )
    }
    entries.push({ lock, locked, entry })
  }
  return entries
}
