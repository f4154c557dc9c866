import { basename } from 'node:path'

import type { Context } from '../context.ts'
import { systemErrorCode } from '../errors.ts'
import { cachePath } from '../fetch/cache.ts'
import { entryHead, type LockedPrefix, prefixParts } from '../install/entry.ts'
import { partDirectories } from '../install/prefix.ts'
import type { Lock } from '../lock/lock.ts'
import { toolPrefix } from '../packages/tool-python.ts'
import { type RootEntry, writeRoot } from '../store/roots.ts'

/**
 * Records which store entry a project uses for a target, before it uses it, so that it is not pruned in between. In a
 * store that may only be read nothing is recorded, and a note says so.
 * @returns the path of the root, undefined when it could not be written
 */
export async function registerTarget(
  context: Context,
  project: string,
  lock: Lock,
  locked: LockedPrefix,
): Promise<string | undefined> {
  const { env, emit } = context
  const tool = toolPrefix(lock)
  try {
    return await writeRoot(env.dataDir, {
      project,
      target: locked.target,
      entry: await rootEntry(context, locked),
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

async function rootEntry(context: Context, locked: LockedPrefix): Promise<RootEntry> {
  const { pin } = await entryHead(locked)
  const archive = cachePath(context.env.cacheDir, locked.archive.sha256)
  const parts = partDirectories(prefixParts(context, locked, archive))
  return { pinId: pin.id, parts: parts.map((path) => basename(path)) }
}
