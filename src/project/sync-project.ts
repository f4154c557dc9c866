import type { Context } from '../context.ts'
import { openProject } from './open.ts'
import { readSyncState } from './sync-state.ts'
import type { Synced, SyncOptions } from './sync-work.ts'

/**
 * Makes the store and `.pyembed/` match the lock, for the host's target or those named; makes the lock
 * first when there is none or, unless `isLocked`, when it is stale.
 * @throws what `lockProject`, `ensureEntry` and `fetchWheels` throw
 */
export async function syncProject(context: Context, options: SyncOptions = {}): Promise<Synced> {
  const project = await openProject(options.project)
  const known = await readSyncState(project, context.env.dataDir, options)
  if (known !== undefined) return { results: known, hasChanged: false }

  // Loaded only when there is work: a sync without any is as quick as node.
  const { syncWork } = await import('./sync-work.ts')
  return syncWork(context, project, options)
}
