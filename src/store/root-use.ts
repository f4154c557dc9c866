import { statSync, utimesSync } from 'node:fs'

const day = 24 * 60 * 60 * 1000

/**
 * Notes that a project still uses the store: sets the time of its root, once a day. False when there is no such
 * root. Apart from roots.ts, and synchronous, for a sync without work.
 */
export function touchRoot(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return false
  const now = new Date()
  if (now.getTime() - found.mtimeMs > day) {
    try {
      utimesSync(path, now, now)
    } catch {
      // A store that may only be read: then its owner's `prune` may take the project for unused.
    }
  }
  return true
}
