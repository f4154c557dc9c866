import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { recordApp } from './app-record.ts'
import { isEnvironment } from './bare.ts'
import { listCommand, venvCommand } from './hint.ts'
import { lockVenv, lockVenvIfFree } from './lock.ts'
import { type Found, lookAt, lookInPlace, type Venv, venvPath } from './look.ts'
import type { AppPlace } from './place.ts'
import { recover } from './recover.ts'
import type { VenvRecord } from './record.ts'
import { rewriteTree } from './tree.ts'
import { noteUse } from './use.ts'

/** Of what is somebody’s and in the way. */
export const foreignHint = 'Move it to another place, or remove it by hand'

/** What opening can end with. */
export type Opened = Exclude<Found, { state: 'unfinished' | 'stale' }>

/**
 * Finds an environment to use it. Installs nothing and needs no network; but puts right what a dead process left,
 * and the base of an app that moved.
 */
export async function openVenv(context: Context, place: AppPlace, name: string): Promise<Opened> {
  let found = await lookFinished(context, place, name)
  // Another look, for between two system calls of the first one it may have been replaced.
  if (found.state !== 'ready') found = await lookFinished(context, place, name)
  const opened =
    found.state === 'stale' ? await relink(context, place, found.venv, found.isUsable) : found
  if (opened.state === 'ready') {
    await recordApp(place)
    noteUse(opened.venv.path)
  }
  return opened
}

/** As {@link openVenv}, for who can go on with nothing else. @throws PYEMBED_VENV_… by its state */
export async function requireVenv(context: Context, place: AppPlace, name: string): Promise<Venv> {
  const opened = await openVenv(context, place, name)
  if (opened.state === 'ready') return opened.venv
  throw stateError(place, name, opened)
}

/** What stands in the way of using an environment, with what to do. */
export function stateError(
  place: AppPlace,
  name: string,
  found: Exclude<Found, { state: 'ready' }>,
): PyEmbedError {
  const { key, app, directory } = place
  switch (found.state) {
    case 'needs-rebuild':
      return new PyEmbedError(
        'PYEMBED_VENV_NEEDS_REBUILD',
        `\`${name}\` is for Python ABI \`${found.record.abi}\`${found.key === key ? '' : ` (in \`${found.key}\`)`}, and the app has \`${app.abi}\``,
        {
          hint: `Run \`${venvCommand(place, 'repair', name)}\` to make it anew from what was installed in it`,
        },
      )
    case 'app-moved':
      return new PyEmbedError(
        'PYEMBED_VENV_APP_MOVED',
        `\`${name}\` is of an app \`${app.name}\` that was at \`${found.path}\` and is gone from there`,
        {
          hint: `If it is this app, run \`${venvCommand(place, 'adopt', found.key)}\`; an app with an \`id\` may move`,
        },
      )
    case 'broken':
      return new PyEmbedError('PYEMBED_VENV_BROKEN', `\`${name}\` is broken: ${found.reason}`, {
        hint:
          found.record === undefined
            ? strangerHint(place, name)
            : `Run \`${venvCommand(place, 'repair', name)}\``,
      })
    case 'newer':
      return new PyEmbedError('PYEMBED_VENV_NEWER', `\`${name}\` was made by a newer pyembed`, {
        hint: 'Update pyembed',
      })
    case 'missing':
    case 'unfinished':
      return new PyEmbedError(
        'PYEMBED_VENV_NOT_FOUND',
        `there is no \`${name}\` in \`${directory}\``,
        {
          hint: `Run \`${venvCommand(place, 'create', name)}\`; \`${listCommand(place)}\` shows what is there`,
        },
      )
    case 'stale':
      return new PyEmbedError(
        'PYEMBED_VENV_BROKEN',
        `\`${name}\` is based on \`${found.venv.record.base.executable}\`, which is gone, and is in use`,
        { hint: 'End what runs in it, then run the command again' },
      )
  }
}

/** Of what has no valid record: what was made for Python can be removed as an environment. */
function strangerHint(place: AppPlace, name: string): string {
  return isEnvironment(venvPath(place, name))
    ? `Move what is to be kept to another place, then run \`${venvCommand(place, 'remove', name)}\`, which deletes all that is in it`
    : foreignHint
}

/** What is there for who has the exclusive lock: put right, and with the app's base. */
export async function lookLocked(place: AppPlace, name: string): Promise<Opened> {
  recover(place, name)
  const found = lookAt(place, name)
  // What waits was made by a newer pyembed, else it would be in place.
  if (found.state === 'unfinished') return { state: 'newer' }
  return found.state === 'stale' ? putBaseIn(place, found.venv) : found
}

async function putBaseIn(place: AppPlace, venv: Venv): Promise<Opened> {
  const record: VenvRecord = { ...venv.record, base: place.base }
  await rewriteTree(place, venv.path, record)
  return { state: 'ready', venv: { ...venv, record } }
}

async function lookFinished(context: Context, place: AppPlace, name: string) {
  if (lookAt(place, name).state === 'unfinished') await finish(context, place, name)
  return lookInPlace(place, name)
}

/** Puts right what is unfinished, unless somebody runs in what it is to replace. */
async function finish(context: Context, place: AppPlace, name: string): Promise<void> {
  const isUsable = lookInPlace(place, name).state === 'ready'
  const isNeeded = (): boolean => lookAt(place, name).state === 'unfinished'
  const lock = await takeLock(context, { ...place, name }, isUsable, isNeeded)
  if (lock === undefined) return
  try {
    recover(place, name)
  } finally {
    lock.release()
  }
}

/** The app moved, or has another patch of its Python: links and files that name it are written anew. */
async function relink(
  context: Context,
  place: AppPlace,
  venv: Venv,
  isUsable: boolean,
): Promise<Opened> {
  const id = { ...place, name: venv.name }
  const isNeeded = (): boolean => {
    const now = lookInPlace(place, venv.name)
    return now.state === 'stale' && !now.isUsable
  }
  const lock = await takeLock(context, id, isUsable, isNeeded)
  if (lock === undefined) {
    const found = lookInPlace(place, venv.name)
    return found.state === 'stale' ? { state: 'ready', venv } : found
  }
  try {
    const found = lookInPlace(place, venv.name)
    return found.state === 'stale' ? await putBaseIn(place, found.venv) : found
  } finally {
    lock.release()
  }
}

/** Somebody runs in it, or nothing may be written there: as long as its own base is there it can be used as it is. */
async function takeLock(
  context: Context,
  place: AppPlace & { name: string },
  isUsable: boolean,
  isNeeded: () => boolean,
) {
  try {
    const lock = lockVenvIfFree(context, place, 'relink')
    if (lock !== undefined || isUsable) return lock
  } catch (error) {
    if (isUsable) return undefined
    throw error
  }
  return lockVenv(context, place, 'relink', isNeeded)
}
