import { readSync } from 'node:fs'

import { RandomAccessReader } from 'yauzl'

const windowSize = 256 * 1024

/**
 * Gives yauzl what it asks for out of a window of the file: it reads the central directory in two small pieces an
 * entry, and through Node's threads those take longer than unpacking the wheel.
 */
export class ZipReader extends RandomAccessReader {
  readonly #descriptor: number
  #window = Buffer.alloc(0)
  #start = 0

  constructor(descriptor: number) {
    super()
    this.#descriptor = descriptor
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    try {
      const end = position + length
      if (position < this.#start || end > this.#start + this.#window.length) {
        this.#fill(position, Math.max(length, windowSize))
      }
      const from = position - this.#start
      // yauzl knows the size of the file: what is not there was cut off meanwhile.
      if (from + length > this.#window.length) throw new Error('unexpected EOF')
      this.#window.copy(buffer, offset, from, from + length)
    } catch (error) {
      callback(error as Error)
      return
    }
    callback(null)
  }

  #fill(position: number, length: number): void {
    const window = Buffer.allocUnsafe(length)
    let size = 0
    while (size < length) {
      const read = readSync(this.#descriptor, window, size, length - size, position + size)
      if (read === 0) break
      size += read
    }
    this.#window = window.subarray(0, size)
    this.#start = position
  }
}
