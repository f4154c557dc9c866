import { statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'

import { recordName } from './record.ts'

const hour = 60 * 60 * 1000

/** When an environment was used last: the time of its record. */
export function lastUse(path: string): Date | undefined {
  return statSync(join(path, recordName), { throwIfNoEntry: false })?.mtime
}

/** Notes that an environment is used, once an hour; where nothing may be written it is not noted. */
export function noteUse(path: string): void {
  const now = new Date()
  // What lies in the future was noted by a clock that was wrong.
  if (Math.abs(now.getTime() - (lastUse(path)?.getTime() ?? 0)) < hour) return
  try {
    utimesSync(join(path, recordName), now, now)
  } catch {
    // Read-only: then nobody prunes there either.
  }
}
