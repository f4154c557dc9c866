import { PyEmbedError } from '../../errors.ts'
import type { RawCommand } from './raw-commands.ts'

/** `LC_RPATH`, and where its path begins. */
const rpath = 0x8000001c
const pathOffset = 12

/**
 * A load command with another text at the end (`lc_str`). What comes before it stays, however much that is: the
 * `dylib_use_command` of macOS 15 has a field more. `cmdsize` is a multiple of 8, or codesign_allocate refuses the file.
 */
export function withText(command: Buffer, textOffset: number, text: string): Buffer {
  if (text === '' || text.includes('\0')) {
    throw new PyEmbedError('PYEMBED_PATH_UNSUPPORTED', `\`${text}\` is no name of a library`)
  }
  const size = Math.ceil((textOffset + Buffer.byteLength(text) + 1) / 8) * 8
  const bytes = Buffer.alloc(size)
  command.copy(bytes, 0, 0, textOffset)
  bytes.writeUInt32LE(size, 4)
  bytes.write(text, textOffset)
  return bytes
}

export function makeRpath(path: string): RawCommand {
  const head = Buffer.alloc(pathOffset)
  head.writeUInt32LE(rpath, 0)
  head.writeUInt32LE(pathOffset, 8)
  const bytes = withText(head, pathOffset, path)
  return {
    command: { kind: 'rpath', command: rpath, at: 0, size: bytes.length, path, pathOffset },
    bytes,
  }
}
