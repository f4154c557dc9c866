import { statSync } from 'node:fs'

import { measureDiskUse } from '../fs/disk-use.ts'
import type { VenvRecord } from './record.ts'

/** Bytes of an environment, with what tells whether they are still right. */
export function measureVenv(path: string, sitePackages: string): VenvRecord['size'] {
  return { bytes: measureDiskUse([path]).bytes, stamp: stampOf(sitePackages) }
}

/** The time of the last change of a folder, in nanoseconds. */
export function stampOf(sitePackages: string): string {
  return String(statSync(sitePackages, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? '')
}
