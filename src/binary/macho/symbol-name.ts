import { invalidBinary } from '../bytes.ts'

/** Names of templates of C++ are longer than any path; without a limit many names in one long text cost its square. */
const longestName = 0x1_0000

/** The name from `at` to the next NUL. @throws PYEMBED_BINARY_INVALID */
export function symbolName(strings: Buffer, at: number): string {
  const end = at < strings.length ? strings.indexOf(0, at) : -1
  if (end === -1 || end - at > longestName) throw invalidBinary('a name of a symbol has no end')
  return strings.toString('utf8', at, end)
}
