import { type Bytes, type Fields, withEndian } from '../bytes.ts'

const magics = /^!<(?:arch|thin)>\n$/
/** The member that lists the symbols, as GNU and Microsoft, GNU (64-bit), BSD and Apple call it. */
const symbolTables = /^(?:\/|\/SYM64\/|__\.SYMDEF.*|#1\/\d+)\s*$/

export function isArchive(start: Buffer): boolean {
  return magics.test(start.toString('latin1', 0, 8))
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
  const table = withEndian(bytes, 'big').read(68, Number.isNaN(size) ? bytes.size : size)
  const names = table.bytes.subarray(namesOffset(table, header))
  // Mach-O and 32-bit Windows put `_` before the names of C.
  return [`${name}\0`, `_${name}\0`].some(
    (wanted) => names.includes(`\0${wanted}`) || names.indexOf(wanted) === 0,
  )
}

/** Numbers come before the names: where there is a count of them it is in big-endian order. */
function namesOffset(table: Fields, header: string): number {
  if (/^\/\s/.test(header)) return 4 + 4 * table.u32(0)
  if (header.startsWith('/SYM64/')) return 8 + 8 * table.u32(4)
  return 0
}
