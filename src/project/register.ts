import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'

import type { Context } from '../context.ts'
import { hasErrorCode, systemErrorCode } from '../errors.ts'
import { cachePath } from '../fetch/cache.ts'
import { entryHead, type LockedPrefix, lockedPrefix, prefixParts } from '../install/entry.ts'
import { partDirectories } from '../install/prefix.ts'
import type { Lock } from '../lock/lock.ts'
import { toolPrefix } from '../packages/tool-python.ts'
import { readRoot, type RootEntry, rootPath, writeRoot } from '../store/roots.ts'
import type { Project } from './open.ts'

/**
 * Records which store entries a project uses, before it uses them, so that none is pruned in between: those of
 * `targets`, and those that `.pyembed/` has pinned for other targets. In a store that may only be read nothing is
 * recorded, and a note says so.
 * @returns the path of the root, undefined when it could not be written
 */
export async function registerProject(
  context: Context,
  { directory, generated }: Project,
  lock: Lock,
  targets: readonly string[],
): Promise<string | undefined> {
  const { env, emit } = context
  const used: Record<string, RootEntry> = {}
  for (const [target, entry] of Object.entries(await pinnedBefore(env.dataDir, directory))) {
    if (existsSync(join(generated, 'pins', `${target}.cmake`))) used[target] = entry
  }
  for (const target of targets) {
    const locked = lockedPrefix(lock, target)
    if (locked !== undefined) used[target] = await rootEntry(context, locked)
  }
  const tool = toolPrefix(lock)
  try {
    return await writeRoot(env.dataDir, {
      project: directory,
      targets: used,
      tool: tool === undefined ? undefined : await rootEntry(context, tool),
    })
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemErrorCode(error) ?? '')) throw error
    emit({
      kind: 'note',
      text: `\`${env.dataDir}\` may not be written: its \`store prune\` will not know of this project`,
    })
    return undefined
  }
}

async function pinnedBefore(
  dataDir: string,
  project: string,
): Promise<Readonly<Record<string, RootEntry>>> {
  try {
    return (await readRoot(rootPath(dataDir, project)))?.targets ?? {}
  } catch (error) {
    // It is written anew, and is right for what is synced now.
    if (hasErrorCode(error, 'PYEMBED_ROOT_INVALID')) return {}
    throw error
  }
}

async function rootEntry(context: Context, locked: LockedPrefix): Promise<RootEntry> {
  const { pin } = await entryHead(locked)
  const archive = cachePath(context.env.cacheDir, locked.archive.sha256)
  const parts = partDirectories(prefixParts(context, locked, archive))
  return { pinId: pin.id, parts: parts.map((path) => basename(path)) }
}
