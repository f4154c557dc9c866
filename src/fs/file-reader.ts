import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

import { lookAt } from './regular-file.ts'

/** What is at a path; undefined when that is no regular file. The bytes are there until the next file is read. */
export type FileReader = (path: string) => Buffer | undefined

/** Reads files into one piece of memory: pieces for each would be 100 MB more before they are taken back. */
export function createFileReader(): (path: string) => Buffer {
  let memory = Buffer.alloc(0)
  return (path) => {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      // With room for the signature that a file may have got when it is read again; what is not touched costs nothing.
      if (memory.length < size) memory = Buffer.allocUnsafeSlow(Math.ceil(size * 1.25))
      let done = 0
      for (let count = -1; count !== 0 && done < size; done += count)
        count = readSync(file, memory, done, size - done, done)
      return memory.subarray(0, done)
    } finally {
      closeSync(file)
    }
  }
}

/** The same for folders of anybody: a pipe would wait for its writer, a device for ever. */
export function createRegularReader(): FileReader {
  const read = createFileReader()
  return (path) => (lookAt(path)?.isFile() === true ? read(path) : undefined)
}
