import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'

/** Others may remove what is empty, meanwhile. */
const attempts = 100

/**
 * Makes a folder and those above that are missing. Node's own `recursive` does not end where a folder is there and the
 * system says that it is not, when one is to be made in it, as `/proc` does.
 * @throws PYEMBED_FILE_SYSTEM
 */
export function makeFolders(path: string): void {
  const whole = resolve(path)
  for (let attempt = 1; ; attempt++) {
    try {
      for (const folder of missingFolders(whole)) makeFolder(folder)
      return
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT' || attempt === attempts) throw error
    }
  }
}

/** From the outermost. */
function missingFolders(path: string): readonly string[] {
  const missing: string[] = []
  for (let folder = path; !isFolder(folder); folder = dirname(folder)) {
    missing.unshift(folder)
    // A drive that is not there.
    if (dirname(folder) === folder) break
  }
  return missing
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'EEXIST' && isFolder(folder)) return
    if (code === 'ENOENT' && isFolder(dirname(folder)))
      throw refused(folder, 'its file system makes none', error)
    if (code === 'EEXIST') throw refused(folder, 'something else has its name', error)
    throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function refused(folder: string, reason: string, cause: unknown): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_FILE_SYSTEM',
    `the folder \`${folder}\` cannot be made: ${reason}`,
    {
      hint: 'Name other folders with `PYEMBED_DATA_DIR` and `PYEMBED_CACHE_DIR` (of environments: `--data-home`)',
      cause,
    },
  )
}
