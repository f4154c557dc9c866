import { existsSync, lstatSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { sweepTemporary, writeFileAtomic } from '../fs/atomic.ts'
import { isThere } from '../fs/links.ts'
import { isEnvironment } from './bare.ts'
import { findInterpreters } from './interpreters.ts'
import { lockPath, type VenvPlace, withVenvLock } from './lock.ts'
import { venvPath, whyNone } from './look.ts'
import { foreignHint } from './open.ts'
import { requireVenvName } from './names.ts'
import { type AppPlace, listDirectory } from './place.ts'
import { readThere } from './read-there.ts'
import { recover, removeWhole } from './recover.ts'
import { appFileName } from './record.ts'

/**
 * Removes an environment that nobody uses, and the folder of the app with the last one. @returns whether there was one
 * @throws PYEMBED_VENV_IN_USE
 */
export async function removeVenv(
  context: Context,
  place: Pick<AppPlace, 'system' | 'directory'>,
  name: string,
): Promise<boolean> {
  requireVenvName(name)
  if (!existsSync(place.directory)) return false
  const found = { ...place, name }
  const isRemoved = await withVenvLock(context, found, 'remove', () => {
    recover(place, name)
    const path = venvPath(place, name)
    const isFound = isThere(path)
    if (isFound) requireEnvironment(path, name)
    if (isFound) requireNoInterpreter(path, name)
    removeWhole(place, name)
    removeLock(found)
    return isFound
  })
  await tidyAfter(place.directory)
  return isRemoved
}

function requireEnvironment(path: string, name: string): void {
  if (isEnvironment(path)) return
  const reason = lstatSync(path).isDirectory() ? 'it is no environment' : whyNone(path)
  throw new PyEmbedError('PYEMBED_VENV_BROKEN', `\`${name}\` is broken: ${reason}`, {
    hint: foreignHint,
  })
}

/** Who started an interpreter by hand has no lock. */
export function requireNoInterpreter(path: string, name: string): void {
  const running = findInterpreters(path)
  if (running.length === 0) return
  const who = running.map(({ pid, program }) => `\`${program}\` (process ${pid})`).join(', ')
  throw new PyEmbedError('PYEMBED_VENV_IN_USE', `\`${name}\` is in use by ${who}`, {
    hint: 'End that program, then run the command again',
  })
}

/** With the lock: who waits for it finds that it is another file now. Windows does not remove what is open. */
function removeLock(place: VenvPlace): void {
  if (process.platform !== 'win32') rmSync(lockPath(place), { force: true })
}

/** Removes the folder of an app that has no environments, and nobody makes one. */
export async function tidyAfter(directory: string): Promise<void> {
  const file = join(directory, appFileName)
  await sweepTemporary(directory, `.${appFileName}`)
  const text = readThere(file)?.text
  if (listDirectory(directory).some((name) => name !== appFileName)) return
  rmSync(file, { force: true })
  try {
    rmdirSync(directory)
    rmdirSync(dirname(directory))
  } catch (error) {
    // Somebody begins to make one, and has looked for app.json already.
    const isBusy = ['ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')
    if (isBusy && text !== undefined && existsSync(directory)) await writeFileAtomic(file, text)
  }
}
