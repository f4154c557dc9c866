import { createHash } from 'node:crypto'
import { chmodSync, fchmodSync, mkdirSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { createBackgroundWriter } from './background-writer.ts'
import type { FileRecord, Inventory } from './inventory.ts'

export type LogicalMode = '0644' | '0755'

/** Chunks of this size are worth a trip to another thread. */
const largeChunk = 128 * 1024

/**
 * Writes files into a fresh tree and keeps their records: what is written is hashed on the way, so that the
 * inventory of the tree costs no second reading.
 */
export interface TreeWriter {
  readonly root: string
  readonly inventory: Inventory
  /** Writes a new file. @returns its record */
  readonly writeFile: (path: string, mode: LogicalMode, chunks: Iterable<Uint8Array>) => FileRecord
  /** Opens a new file for content that comes piece by piece; pieces must not change afterwards. */
  readonly openFile: (
    path: string,
    mode: LogicalMode,
  ) => { write(chunk: Uint8Array): void; close(): FileRecord }
  readonly writeLink: (path: string, text: string) => void
  readonly remove: (path: string) => void
  /** Lets large writes that were put off catch up: to be awaited between pieces. @throws what one failed with */
  readonly drain: () => Promise<void>
  /** Waits until all is written; the tree is whole only then. @throws what a write failed with */
  readonly finish: () => Promise<void>
  /** Lets `place` put a file of this record there, as a link to one that exists or a copy of it. */
  readonly placeFile: (path: string, record: FileRecord, place: (target: string) => void) => void
}

/**
 * A writer for the empty, existing folder `root`. Modes hold under any umask. Its functions throw
 * PYEMBED_PACKAGE_CONFLICT for a path that is there already.
 */
export function createTreeWriter(root: string): TreeWriter {
  const inventory = new Map<string, FileRecord>()
  const folders = new Set<string>(['.'])
  const background = createBackgroundWriter()
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
    const hash = createHash('sha256')
    let size = 0
    return {
      write(chunk) {
        hash.update(chunk)
        if (chunk.byteLength >= largeChunk) {
          background.write(file, chunk, size)
        } else {
          for (let done = 0; done < chunk.byteLength;) {
            done += writeSync(file, chunk, done, chunk.byteLength - done, size + done)
          }
        }
        size += chunk.byteLength
      },
      close() {
        background.close(file)
        const record: FileRecord = { mode, sha256: hash.digest('hex'), size }
        inventory.set(path, record)
        return record
      },
    }
  }
  return {
    root,
    inventory,
    openFile,
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
        place(`${root}/${path}`)
      })
      inventory.set(path, record)
    },
    drain: background.drain,
    finish: background.finish,
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
