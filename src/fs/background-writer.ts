import { closeSync, write } from 'node:fs'
import { promisify } from 'node:util'

const writeAt = promisify(write)

/** Writes large chunks on Node's thread pool, while this thread goes on; at most so many bytes wait at once. */
export interface BackgroundWriter {
  /** Writes at a position; `chunk` must not change any more. */
  readonly write: (descriptor: number, chunk: Uint8Array, position: number) => void
  /** Closes a file when all that was to be written to it is. */
  readonly close: (descriptor: number) => void
  /** Waits until little is waiting. @throws what a write failed with */
  readonly drain: () => Promise<void>
  /** Waits until all is written and closed. @throws what a write failed with */
  readonly finish: () => Promise<void>
}

const mostWaiting = 16 * 1024 * 1024

export function createBackgroundWriter(): BackgroundWriter {
  const pending = new Map<number, Promise<void>[]>()
  const closing = new Set<Promise<void>>()
  let waiting = 0
  let failure: unknown

  const settle = async (): Promise<void> => {
    await Promise.all([...pending.values()].flat())
    await Promise.all(closing)
    if (failure !== undefined) throw failure
  }
  return {
    write: (descriptor, chunk, position) => {
      waiting += chunk.byteLength
      const written = writeFully(descriptor, chunk, position)
        .catch((error: unknown) => {
          failure ??= error
        })
        .finally(() => {
          waiting -= chunk.byteLength
        })
      pending.set(descriptor, [...(pending.get(descriptor) ?? []), written])
    },
    close: (descriptor) => {
      const written = pending.get(descriptor)
      pending.delete(descriptor)
      if (written === undefined) {
        closeSync(descriptor)
        return
      }
      closing.add(closeAfter(descriptor, written))
    },
    drain: async () => {
      if (waiting > mostWaiting) await settle()
    },
    finish: settle,
  }
}

async function closeAfter(descriptor: number, written: readonly Promise<void>[]): Promise<void> {
  await Promise.all(written)
  closeSync(descriptor)
}

async function writeFully(descriptor: number, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    const { bytesWritten } = await writeAt(
      descriptor,
      chunk,
      done,
      chunk.byteLength - done,
      position + done,
    )
    done += bytesWritten
  }
}
