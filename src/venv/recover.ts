import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { temporaryName } from '../fs/atomic.ts'
import { isThere } from '../fs/links.ts'
import { readRecord, venvPath } from './look.ts'
import { type AppPlace, listDirectory } from './place.ts'

type Place = Pick<AppPlace, 'system' | 'directory'>

/** A name for a stage of an environment; whoever has the exclusive lock may remove what has it. */
export function stagePath(place: Place, name: string): string {
  return temporaryName(venvPath(place, `.${name}`))
}

/**
 * Puts right what a process left that died in the middle (docs/venv-contract.md, Replacing): a replacement that
 * counts is put in place, one that does not goes. With the exclusive lock only.
 */
export function recover(place: Place, name: string): void {
  const path = venvPath(place, name)
  const [next, old] = [venvPath(place, `.${name}.next`), venvPath(place, `.${name}.old`)]
  if (existsSync(next)) {
    const { verdict } = readRecord(place, `.${name}.next`)
    // Of a newer pyembed, which will finish it.
    if (verdict === 'newer') return
    if (verdict === 'valid') putInPlace(place, name)
    else discard(next)
  } else if (!isThere(path) && existsSync(old)) renameSync(old, path)
  for (const found of listDirectory(place.directory)) {
    if (found.startsWith(`.${name}.tmp-`) || found === `.${name}.old`)
      discard(venvPath(place, found))
  }
}

/** Puts `.NAME.next` in the place of the environment, if there is one. */
export function putInPlace(place: Place, name: string): void {
  const path = venvPath(place, name)
  const [next, old] = [venvPath(place, `.${name}.next`), venvPath(place, `.${name}.old`)]
  if (isThere(path)) {
    discard(old)
    renameSync(path, old)
  }
  renameSync(next, path)
  discard(old)
}

/** Takes the name of a folder away in one step, then removes it. */
export function removeWhole(place: Place, name: string): void {
  const path = venvPath(place, name)
  if (!isThere(path)) return
  const garbage = stagePath(place, name)
  renameSync(path, garbage)
  discard(garbage)
}

function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '')) throw error
    openFolders(path)
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Out of a folder that is read-only nothing can be removed. */
function openFolders(path: string): void {
  chmodSync(path, 0o700)
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) openFolders(join(path, entry.name))
}
