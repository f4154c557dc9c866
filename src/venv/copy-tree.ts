import {
  chmodSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'

const refusals = new Set([
  'EPERM',
  'EACCES',
  'EMLINK',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EXDEV',
  'EINVAL',
])

/**
 * Copies a folder, its files as hard links where that works: pip replaces files and never writes into them. Those of
 * the top are real copies. Folders stay closed to whom they were.
 */
export function copyTree(from: string, to: string, isTop = true): void {
  mkdirSync(to, { mode: 0o700 })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else if (entry.isDirectory()) copyTree(source, target, false)
    else if (entry.isFile()) copyOne(source, target, !isTop)
  }
  // The owner has to be able to fill and remove it.
  chmodSync(to, (lstatSync(from).mode & 0o7777) | 0o700)
}

function copyOne(source: string, target: string, isLink: boolean): void {
  try {
    if (isLink) return linkSync(source, target)
  } catch (error) {
    if (!refusals.has(systemErrorCode(error) ?? '')) throw error
  }
  copyFileSync(source, target)
}
