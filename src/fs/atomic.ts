import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { systemErrorCode } from '../errors.ts'

/** A name beside `path`, on the same file system, that no other process uses. */
export function temporaryName(path: string): string {
  return `${path}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`
}

/** Replaces `path` in one step: readers see the old content or the new one. Creates the folder. */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path)
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(temporary, content, { flag: 'wx', flush: true })
    await renameWithRetry(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Like {@link writeFileAtomic}, but leaves a file of equal content, and its time, alone. Says whether it wrote. */
export async function updateFile(path: string, content: string): Promise<boolean> {
  const old = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (old === content) return false
  await writeFileAtomic(path, content)
  return true
}

/** rename(2) that outlasts the short locks of virus scanners and indexers on Windows (as graceful-fs does). */
export async function renameWithRetry(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(from, to)
      return
    } catch (error) {
      const isTransient =
        process.platform === 'win32' &&
        ['EPERM', 'EBUSY', 'EACCES'].includes(systemErrorCode(error) ?? '')
      if (!isTransient || attempt === 8) throw error
      await sleep(2 ** attempt)
    }
  }
}

/** Makes a fresh folder beside `path`. */
export async function makeTemporaryDirectory(path: string): Promise<string> {
  const directory = temporaryName(path)
  await mkdir(dirname(directory), { recursive: true })
  await mkdir(directory)
  return directory
}

/** Garbage of processes that died is swept when it is older than this. */
const garbageAge = 60 * 60 * 1000

/** Removes what {@link temporaryName} named in a folder and nobody has touched for an hour. */
export async function sweepTemporary(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => [])
  for (const name of names.filter((candidate) => candidate.includes('.tmp-'))) {
    const path = join(directory, name)
    const changed = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now()
    if (Date.now() - changed > garbageAge) await rm(path, { recursive: true, force: true })
  }
}
