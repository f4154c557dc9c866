import { limits } from './limits.ts'
import type { ArchiveEntry } from './policy.ts'
import { corrupt, refusedWhole } from './refusal.ts'
import { blockSize, entryKind, isZero, readPaxRecords, readTarHeader } from './tar-header.ts'
import type { TarHeader } from './tar-header.ts'

export interface TarEntry extends ArchiveEntry {
  readonly size: number
}

/** What becomes of an entry's content. A piece belongs to whom it is given to. */
export interface TarSink {
  readonly write: (piece: Buffer) => void
  readonly close: () => void
}

export interface TarReader {
  /** @throws PYEMBED_ARCHIVE_CORRUPT, _TOO_LARGE, _TRAILING_DATA, and what `open` and its sinks throw */
  readonly write: (piece: Buffer) => void
  /** @throws PYEMBED_ARCHIVE_CORRUPT when the archive is not complete */
  readonly end: () => void
}

/**
 * Reads tar (POSIX with pax headers, GNU with long names, V7) piece by piece, strictly: where readers of tar differ
 * in what an archive holds, it is damaged. That is why it is not done by a library, which is kind.
 */
export function createTarReader(
  name: string,
  open: (entry: TarEntry) => TarSink | undefined,
): TarReader {
  const fail = (reason: string): never => {
    throw corrupt(name, reason)
  }
  /** What extended headers say of the next entry. */
  const said = new Map<string, string>()
  const held = Buffer.alloc(blockSize)
  let heldSize = 0
  let content = 0
  let padding = 0
  let zeroBlocks = 0
  let sink: TarSink | undefined

  const closeSink = (): void => {
    const closing = sink
    sink = undefined
    closing?.close()
  }
  const say = (key: string, value: string): void => {
    if (said.has(key)) fail(`an entry has two values of \`${key}\``)
    said.set(key, value)
  }
  const readExtension = (type: string, data: Buffer): void => {
    if (type === 'L' || type === 'K') {
      say(type === 'L' ? 'path' : 'linkpath', data.toString('utf8').replace(/\0$/, ''))
      return
    }
    for (const [key, value] of readPaxRecords(data, fail)) {
      const isOfEntry = /^(?:path|linkpath|size|GNU\.sparse\..*)$/.test(key)
      if (type === 'g' && isOfEntry) fail(`a global header sets \`${key}\``)
      // An empty value takes one away.
      if (isOfEntry && value !== '') say(key, value)
    }
  }
  const startExtension = ({ type, size }: TarHeader): void => {
    if (size > limits.headerBytes) {
      const reason = `has an extended header of ${size} bytes`
      throw refusedWhole('PYEMBED_ARCHIVE_TOO_LARGE', name, reason)
    }
    const pieces: Buffer[] = []
    content = size
    sink = {
      write: (piece) => void pieces.push(piece),
      close: () => readExtension(type, Buffer.concat(pieces)),
    }
  }
  const startEntry = ({ path: shortPath, type, mode, size: shortSize, link }: TarHeader): void => {
    const path = said.get('path') ?? shortPath
    const saidSize = said.get('size')
    if (saidSize !== undefined && !/^\d{1,15}$/.test(saidSize)) fail('an entry has no size')
    const size = saidSize === undefined ? shortSize : Number(saidSize)
    const isSparse = [...said.keys()].some((key) => key.startsWith('GNU.sparse.'))
    const kind = isSparse ? 'sparse file' : entryKind(type, path)
    if (size !== 0 && (kind === 'folder' || kind === 'link'))
      fail(`the ${kind} \`${path}\` has content`)
    const text = said.get('linkpath') ?? link
    said.clear()
    content = size
    sink = open({ path: path.replace(/^(?:\.\/)+(?=.)/, ''), kind, mode, text, size })
  }
  const readBlock = (block: Buffer): void => {
    const header = readTarHeader(block, fail)
    if (header === undefined) {
      if (said.size > 0) fail('it ends with the header of an entry')
      zeroBlocks += 1
      return
    }
    if (zeroBlocks > 0) fail('it has a block of zeros inside')
    if (['x', 'g', 'L', 'K'].includes(header.type)) startExtension(header)
    else startEntry(header)
    padding = (blockSize - (content % blockSize)) % blockSize
    if (content === 0) closeSink()
  }
  /** Takes what comes next from the piece and says how much that was. */
  const take = (piece: Buffer): number => {
    if (content > 0) {
      const part = piece.subarray(0, Math.min(content, piece.length))
      sink?.write(part)
      content -= part.length
      if (content === 0) closeSink()
      return part.length
    }
    if (padding > 0) {
      const size = Math.min(padding, piece.length)
      padding -= size
      return size
    }
    if (zeroBlocks === 2) {
      if (!isZero(piece))
        throw refusedWhole('PYEMBED_ARCHIVE_TRAILING_DATA', name, 'has data after its end')
      return piece.length
    }
    if (heldSize === 0 && piece.length >= blockSize) {
      readBlock(piece.subarray(0, blockSize))
      return blockSize
    }
    const size = piece.copy(held, heldSize, 0, blockSize - heldSize)
    heldSize = (heldSize + size) % blockSize
    if (heldSize === 0) readBlock(held)
    return size
  }
  return {
    write: (piece) => {
      for (let done = 0; done < piece.length;) done += take(piece.subarray(done))
    },
    end: () => {
      if (zeroBlocks < 2 || heldSize > 0) fail('it is cut off')
    },
  }
}
