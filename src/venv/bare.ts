import { existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { walkFiles } from '../fs/walk.ts'
import { venvLayout } from './layout.ts'
import { pipShimPath } from './pip-shim.ts'
import type { AppPlace } from './place.ts'
import { recordName } from './record.ts'

/**
 * Whether a folder holds no file but those that pyembed itself makes: a loss of power may leave one without a valid
 * record, which may be made anew. What holds more is somebody's.
 */
export function isBare({ system, app, base }: AppPlace, path: string): boolean {
  const { links, copies, sitePackages } = venvLayout(system, app.abi, base.executable)
  const own = new Set([
    ...Object.keys(links),
    ...Object.keys(copies),
    `${sitePackages}/${pipShimPath}`,
    'pyvenv.cfg',
    recordName,
  ])
  try {
    for (const { path: file } of walkFiles(path)) if (!own.has(file)) return false
  } catch (error) {
    // Whoever removes one takes its name away first.
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
  return true
}

/** Whether it may be removed: what pyembed or another made for Python, or an empty folder; else it is somebody's. */
export function isEnvironment(path: string): boolean {
  if (!lstatSync(path).isDirectory()) return false
  return (
    ['pyvenv.cfg', recordName].some((file) => existsSync(join(path, file))) ||
    walkFiles(path).next().done === true
  )
}
