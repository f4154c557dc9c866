import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fchmodSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import type { ContentRecord, FileRecord, Inventory } from './inventory.ts'
import { syncFileSystem, syncFolders } from './sync-file-system.ts'

export type LogicalMode = '0644' | '0755'

/**
 * Writes files into a fresh tree and keeps their records: what is written is hashed on the way, so that the
 * inventory of the tree costs no second reading.
 */
export interface TreeWriter {
  readonly root: string
  readonly inventory: Inventory
  /** Writes a new file. @returns its record */
  readonly writeFile: (
    path: string,
    mode: LogicalMode,
    chunks: Iterable<Uint8Array>,
  ) => ContentRecord
  /** Opens a new file for content that comes piece by piece. */
  readonly openFile: (
    path: string,
    mode: LogicalMode,
  ) => { write(chunk: Uint8Array): void; close(): ContentRecord }
  readonly writeLink: (path: string, text: string) => void
  readonly remove: (path: string) => void
  /** Makes a folder, with those above it, for who else puts files into it; they count with {@link placeFile}. */
  readonly makeFolder: (path: string) => void
  /** Lets `place` put a file of this record there, as a link to one that is on the disk or a copy of it. */
  readonly placeFile: (
    path: string,
    record: FileRecord,
    place: (target: string) => 'link' | 'copy',
  ) => void
  /** Waits until all of the tree is on the disk. `variables` is the environment, for `PATH`. */
  readonly sync: (variables: Readonly<Record<string, string | undefined>>) => Promise<void>
}

/**
 * A writer for the empty, existing folder `root`. Modes hold under any umask. Its functions throw
 * PYEMBED_PACKAGE_CONFLICT for a path that is there already.
 */
export function createTreeWriter(root: string): TreeWriter {
  const inventory = new Map<string, FileRecord>()
  const folders = new Set<string>(['.'])
  let hasContent = false
  // fchmod costs a system call a file: only where the umask takes bits away.
  const isUmaskUsual = (process.umask() & 0o755) === 0

  const makeFolder = (folder: string): void => {
    if (folders.has(folder)) return
    makeFolder(dirname(folder))
    const absolute = `${root}/${folder}`
    mkdirSync(absolute, 0o755)
    if (!isUmaskUsual) chmodSync(absolute, 0o755)
    folders.add(folder)
  }
  const openFile: TreeWriter['openFile'] = (path, mode) => {
    const bits = mode === '0755' ? 0o755 : 0o644
    const file = claim(path, () => {
      makeFolder(dirname(path))
      return openSync(`${root}/${path}`, 'wx', bits)
    })
    if (!isUmaskUsual) fchmodSync(file, bits)
    hasContent = true
    const hash = createHash('sha256')
    let size = 0
    return {
      write(chunk) {
        hash.update(chunk)
        for (let done = 0; done < chunk.byteLength;) {
          done += writeSync(file, chunk, done, chunk.byteLength - done)
        }
        size += chunk.byteLength
      },
      close() {
        closeSync(file)
        const record: ContentRecord = { mode, sha256: hash.digest('hex'), size }
        inventory.set(path, record)
        return record
      },
    }
  }
  return {
    root,
    inventory,
    openFile,
    makeFolder: (path) => claim(path, () => makeFolder(path)),
    writeFile: (path, mode, chunks) => {
      const file = openFile(path, mode)
      for (const chunk of chunks) file.write(chunk)
      return file.close()
    },
    writeLink: (path, text) => {
      claim(path, () => {
        makeFolder(dirname(path))
        symlinkSync(text, join(root, path))
      })
      inventory.set(path, { link: text })
    },
    placeFile: (path, record, place) => {
      claim(path, () => {
        makeFolder(dirname(path))
        if (place(`${root}/${path}`) === 'copy') hasContent = true
      })
      inventory.set(path, record)
    },
    sync: async (variables) =>
      hasContent ? syncFileSystem(root, variables) : syncFolders(root, folders),
    remove: (path) => {
      rmSync(join(root, path), { force: true })
      inventory.delete(path)
    },
  }
}

/** Does what puts a path into the tree. That it is taken already is what two archives bring, or one name in two cases. */
function claim<T>(path: string, put: () => T): T {
  try {
    return put()
  } catch (error) {
    if (!['EEXIST', 'ENOTDIR', 'EISDIR'].includes(systemErrorCode(error) ?? '')) throw error
    throw new PyEmbedError('PYEMBED_PACKAGE_CONFLICT', `\`${path}\` is installed twice`, {
      hint: 'A required package brings a file that Python or another package has: leave one out of `requires`',
      cause: error,
    })
  }
}
