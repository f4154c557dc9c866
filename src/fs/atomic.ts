// `promises` takes 2 ms to load, at its first use.
import { closeSync, fsyncSync, openSync, promises, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { makeFolders } from './make-folders.ts'
import { readTextIfThere } from './read-text.ts'
import { hostMark, isAlive, randomMark } from '../process/host.ts'

/** A name beside `path`, on the same file system, that no other process uses. */
export function temporaryName(path: string): string {
  return `${path}.tmp-${hostMark()}-${process.pid}-${randomMark()}`
}

/** Replaces `path` in one step: readers see the old content or the new one. Creates the folder. */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path)
  makeFolders(dirname(path))
  try {
    await promises.writeFile(temporary, content, { flag: 'wx', flush: true })
    await renameWithRetry(temporary, path)
  } catch (error) {
    await promises.rm(temporary, { force: true })
    throw error
  }
}

/** Like {@link writeFileAtomic}, but leaves a file of equal content, and its time, alone. Says whether it wrote. */
export async function updateFile(path: string, content: string): Promise<boolean> {
  const old = await promises.readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (old === content) return false
  await writeFileAtomic(path, content)
  return true
}

/**
 * As {@link updateFile} for many files of a folder, content by path. What is new is on the disk before the first takes
 * its place: forced there together, a hundred files take as long as three do one by one.
 */
export async function updateFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  // Once: the mark of the host takes four system calls.
  const ending = temporaryName('')
  const changed = Object.entries(files)
    .map(([name, content]) => ({ path: join(directory, name), content }))
    .filter(({ path, content }) => readTextIfThere(path) !== content)
    .map((file) => ({ ...file, temporary: file.path + ending }))
  try {
    for (const { path, content, temporary } of changed) {
      makeFolders(dirname(path))
      writeFileSync(temporary, content, { flag: 'wx' })
    }
    for (const { temporary } of changed) syncFile(temporary)
    for (const { path, temporary } of changed) await renameWithRetry(temporary, path)
  } catch (error) {
    for (const { temporary } of changed) await promises.rm(temporary, { force: true })
    throw error
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * rename(2) that outlasts the short locks of virus scanners and indexers on Windows (as graceful-fs does). In this
 * thread: handing it to another takes ten times as long.
 */
export async function renameWithRetry(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      renameSync(from, to)
      return
    } catch (error) {
      const isTransient =
        process.platform === 'win32' &&
        ['EPERM', 'EBUSY', 'EACCES'].includes(systemErrorCode(error) ?? '')
      if (!isTransient || attempt === 8) throw error
      await new Promise((resolve) => setTimeout(resolve, 2 ** attempt))
    }
  }
}

/** Makes a fresh folder beside `path`. */
export async function makeTemporaryDirectory(path: string): Promise<string> {
  const directory = temporaryName(path)
  makeFolders(dirname(directory))
  await promises.mkdir(directory)
  return directory
}

/** Whether a file or folder has such a name. */
export function isTemporaryName(path: string): boolean {
  return basename(path).includes('.tmp-')
}

/** No work on one file or folder takes longer than this. */
const longestWork = 24 * 60 * 60 * 1000

/**
 * What {@link temporaryName} named in a folder and nobody works on any more: its process died; or it is of another
 * host, where nobody here can look, and a day old. `base`: only of the file of this name.
 */
export async function findGarbage(directory: string, base?: string): Promise<readonly string[]> {
  const garbage: string[] = []
  for (const name of await promises.readdir(directory).catch(() => [])) {
    const match = temporaryPattern.exec(name)
    if (match === null || (base !== undefined && match[1] !== base)) continue
    const path = join(directory, name)
    if (match[2] === hostMark() && !isAlive(Number(match[3]))) garbage.push(path)
    else if (await isOld(path)) garbage.push(path)
  }
  return garbage
}

/** Removes what {@link findGarbage} finds. */
export async function sweepTemporary(directory: string, base?: string): Promise<void> {
  for (const path of await findGarbage(directory, base)) {
    // Programs that its dead process started may still be about to notice.
    await promises.rm(path, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** base, mark of the host, process id */
const temporaryPattern = /^(.+)\.tmp-(?:([0-9a-f]{8})-)?(\d+)-[0-9a-f]{8}$/

async function isOld(path: string): Promise<boolean> {
  const changed = (await promises.lstat(path).catch(() => undefined))?.mtimeMs ?? Date.now()
  return Date.now() - changed > longestWork
}
