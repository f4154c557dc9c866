import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { systemErrorCode } from '../errors.ts'
import { renameWithRetry } from '../fs/atomic.ts'
import { announce, type Growth, type GrowthState } from '../fs/growth.ts'
import { fileSize } from '../fs/file-size.ts'

/** Where the bytes of a partial file come from. */
export interface Origin {
  readonly place: string
  readonly validator?: string | undefined
  /** Bytes of the whole file. */
  readonly total?: number | undefined
}

/** The beginning of a file that is being fetched, hashed as it grows. It outlives the process, but not a week. */
export interface PartialFile {
  readonly path: string
  readonly size: () => number
  readonly origin: () => Origin | undefined
  /** sha256 of all that is there. */
  readonly digest: () => string
  readonly append: (chunk: Uint8Array) => Promise<void>
  /** Takes away what is there. */
  readonly restart: () => Promise<void>
  readonly setOrigin: (origin: Origin) => Promise<void>
  /** Gives it its name. Not when another process has taken it over. */
  readonly publish: () => Promise<void>
  /** Leaves it for the next process that wants the file, or removes it. */
  readonly close: (isKept: boolean) => Promise<void>
}

/**
 * The partial file of `path`, with what an earlier process left of it. That is copied and not gone on with: the other
 * may only seem to be dead, and nobody but its maker ever writes to a file that will have the name. `growth` tells
 * who reads it meanwhile how far it is.
 */
export async function openPartial(path: string, growth?: Growth): Promise<PartialFile> {
  const part = `${path}.part-${process.pid}-${randomBytes(4).toString('hex')}`
  const others = await findPartials(path)
  const [largest] = others
  const file = await open(part, 'wx')
  let hash = createHash('sha256')
  let size = 0
  let origin: Origin | undefined

  const tell = (state: GrowthState): void => {
    if (growth !== undefined) announce(growth, size, state)
  }
  const append = async (chunk: Uint8Array): Promise<void> => {
    for (let at = 0; at < chunk.length;) {
      at += (await file.write(chunk, at, chunk.length - at, size + at)).bytesWritten
    }
    hash.update(chunk)
    size += chunk.length
    tell('growing')
  }
  const setOrigin = async (next: Origin): Promise<void> => {
    origin = next
    await writeFile(originPath(part), JSON.stringify(origin))
  }

  try {
    if (largest !== undefined) {
      for await (const chunk of readChunks(largest)) await append(chunk)
      const left = await readOrigin(largest)
      if (left !== undefined) await setOrigin(left)
    }
    for (const other of others) await removePart(other)
  } catch (error) {
    await file.close()
    await removePart(part)
    throw error
  }
  return {
    path: part,
    size: () => size,
    origin: () => origin,
    digest: () => hash.copy().digest('hex'),
    append,
    restart: async () => {
      if (size > 0) tell('abandoned')
      await file.truncate(0)
      hash = createHash('sha256')
      size = 0
      origin = undefined
    },
    setOrigin,
    publish: async () => {
      tell('whole')
      await file.close()
      await renameWithRetry(part, path).catch((error: unknown) => {
        if (systemErrorCode(error) !== 'ENOENT') throw error
      })
      await removePart(part)
    },
    close: async (isKept) => {
      tell('abandoned')
      await file.close()
      if (!isKept) await removePart(part)
    },
  }
}

/** What other processes left of a file, the largest first. */
async function findPartials(path: string): Promise<readonly string[]> {
  const prefix = `${basename(path)}.part-`
  const names = (await readdir(dirname(path))).filter(
    (name) => name.startsWith(prefix) && !name.endsWith('.json'),
  )
  const parts = names.map((name) => join(dirname(path), name))
  const sizes = await Promise.all(parts.map(async (part) => (await fileSize(part)) ?? 0))
  return parts
    .map((part, index) => ({ part, size: sizes[index] ?? 0 }))
    .sort((a, b) => b.size - a.size)
    .map(({ part }) => part)
}

async function* readChunks(path: string): AsyncIterable<Uint8Array> {
  let file: FileHandle
  try {
    file = await open(path)
  } catch (error) {
    // Another process took it away, or finished it.
    if (systemErrorCode(error) === 'ENOENT') return
    throw error
  }
  yield* file.createReadStream({ highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>
}

async function removePart(part: string): Promise<void> {
  await rm(part, { force: true })
  await rm(originPath(part), { force: true })
}

function originPath(part: string): string {
  return `${part}.json`
}

/** What a process noted; a note that is torn is none. */
async function readOrigin(part: string): Promise<Origin | undefined> {
  try {
    const value = JSON.parse(await readFile(originPath(part), 'utf8')) as Partial<Origin> | null
    const { place, validator, total } = value ?? {}
    if (typeof place !== 'string') return undefined
    return {
      place,
      validator: typeof validator === 'string' ? validator : undefined,
      total: typeof total === 'number' ? total : undefined,
    }
  } catch {
    return undefined
  }
}
