import type { Bytes } from '../bytes.ts'

const magics = ['!<arch>\n', '!<thin>\n']
/** The member that lists the symbols, as GNU and Microsoft, GNU (64-bit), BSD and Apple call it. */
const symbolTables = /^(?:\/|\/SYM64\/|__\.SYMDEF.*|#1\/\d+)\s*$/

export function isArchive(start: Buffer): boolean {
  return magics.includes(start.toString('latin1', 0, 8))
}

/**
 * Whether a static library, or an import library of Windows, has an object that defines a name: its first
 * member lists them all. One without a list tells nothing.
 * @throws PYEMBED_BINARY_INVALID
 */
export function archiveDefines(bytes: Bytes, name: string): boolean {
  if (bytes.size < 68) return false
  const header = bytes.read(8, 60).bytes.toString('latin1')
  if (!symbolTables.test(header.slice(0, 16))) return false
  const size = Number.parseInt(header.slice(48, 58), 10)
  const table = bytes.read(68, Number.isNaN(size) ? bytes.size : size).bytes
  // Mach-O and 32-bit Windows put `_` before the names of C. The names are NUL-terminated, after a table of numbers.
  return [name, `_${name}`].some((wanted) => table.includes(`\0${wanted}\0`))
}
