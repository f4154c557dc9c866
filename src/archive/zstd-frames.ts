import { InflateError } from './inflater.ts'

/** Takes the bytes of one frame after the other, in pieces none of which unpacks to more than a block. */
export interface FrameSink {
  readonly start: () => void
  readonly write: (piece: Buffer) => void
  readonly end: () => void
}

export interface FrameReader {
  /** @throws InflateError, and what the sink throws */
  readonly write: (chunk: Buffer) => void
  /** @throws InflateError when the data is not complete */
  readonly end: () => void
}

/** What `zstd` packs with unless it is told `--long=28`, and all that libzstd unpacks unless it is told. */
const largestWindow = 128 * 1024 * 1024

const largestBlock = 128 * 1024

/**
 * Finds the frames and blocks of Zstandard (RFC 8878, section 3.1). Decoders differ in what they make of data that is
 * cut off, or followed by something else, or wants a window larger than memory; this does not.
 */
export function createFrameReader(sink: FrameSink): FrameReader {
  /** A field that is being read, and what follows it; or bytes that are passed on, or over. */
  let field = Buffer.alloc(4)
  let filled = 0
  let step: (field: Buffer) => void = readMagic
  let passing = 0
  let isSkipping = false
  let passed: (() => void) | undefined
  let frames = 0
  let hasChecksum = false

  function expect(size: number, next: (field: Buffer) => void): void {
    field = Buffer.alloc(size)
    filled = 0
    step = next
  }
  function pass(size: number, next: () => void, isSkipped = false): void {
    passing = size
    isSkipping = isSkipped
    passed = next
    if (size === 0) next()
  }
  function readMagic(magic: Buffer): void {
    const value = magic.readUInt32LE()
    if (value === 0xfd2fb528) {
      frames += 1
      sink.start()
      sink.write(magic)
      expect(1, readDescriptor)
    } else if ((value & 0xfffffff0) === 0x184d2a50) {
      expect(4, (size) => pass(size.readUInt32LE(), nextFrame, true))
    } else {
      throw new InflateError('it is not zstd', frames > 0)
    }
  }
  function readDescriptor(descriptor: Buffer): void {
    const [flags = 0] = descriptor
    if ((flags & 0x08) !== 0) throw new InflateError('a reserved bit is set', false)
    sink.write(descriptor)
    hasChecksum = (flags & 0x04) !== 0
    const isSingle = (flags & 0x20) !== 0
    const idSize = [0, 1, 2, 4][flags & 3] ?? 0
    const contentSize = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0
    expect((isSingle ? 0 : 1) + idSize + contentSize, (header) => {
      const window = isSingle ? readSize(header.subarray(idSize)) : readWindow(header[0] ?? 0)
      if (window > largestWindow) throw new InflateError('its window is too large', false)
      sink.write(header)
      expect(3, readBlock)
    })
  }
  function readBlock(header: Buffer): void {
    const value = header.readUIntLE(0, 3)
    const [type, size] = [(value >> 1) & 3, value >> 3]
    if (type === 3 || size > largestBlock) throw new InflateError('a block is damaged', false)
    sink.write(header)
    const isLast = (value & 1) !== 0
    pass(type === 1 ? 1 : size, isLast ? endBlocks : () => expect(3, readBlock))
  }
  function endBlocks(): void {
    if (!hasChecksum) endFrame()
    else
      expect(4, (checksum) => {
        sink.write(checksum)
        endFrame()
      })
  }
  function endFrame(): void {
    sink.end()
    nextFrame()
  }
  function nextFrame(): void {
    expect(4, readMagic)
  }
  function take(chunk: Buffer): number {
    if (passing > 0) {
      const part = chunk.subarray(0, passing)
      if (!isSkipping) sink.write(part)
      passing -= part.length
      if (passing === 0) passed?.()
      return part.length
    }
    const size = chunk.copy(field, filled, 0, field.length - filled)
    filled += size
    if (filled === field.length) step(field)
    return size
  }
  return {
    write: (chunk) => {
      for (let done = 0; done < chunk.length;) done += take(chunk.subarray(done))
    },
    end: () => {
      const isBetween = passing === 0 && step === readMagic
      if (isBetween && filled > 0 && frames > 0)
        throw new InflateError('there is data after its end', true)
      if (!isBetween || frames === 0) throw new InflateError('it is cut off', false)
    },
  }
}

/** The size of the content, which is the window of a frame in a single segment. */
function readSize(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE())
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0)
}

function readWindow(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}
