/** Where a key stands in a TOML text; lines and columns count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/**
 * The position of the key at `path` (`['python', 'version']`), or of the nearest table above it that the
 * text names, or the first line. Reads table headers and `key =` lines, which is all that a manifest needs;
 * smol-toml reports positions for syntax errors only.
 */
export function findPosition(text: string, path: readonly string[]): Position {
  const wanted = path.join('.')
  let table = ''
  let best: Position = { line: 1, column: 1 }
  let bestLength = 0

  text.split(/\r?\n/).forEach((content, index) => {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(content)
    if (header?.[1] !== undefined) table = unquote(header[1])
    const key =
      header === null ? /^\s*((?:[\w-]+|"[^"]*"|'[^']*'|\s*\.\s*)+)\s*=/.exec(content) : null
    const name = header === null && key?.[1] !== undefined ? join(table, unquote(key[1])) : table
    if (header === null && key === null) return

    const isOnPath = wanted === name || wanted.startsWith(`${name}.`)
    if (name !== '' && isOnPath && name.length > bestLength) {
      best = { line: index + 1, column: content.search(/\S/) + 1 }
      bestLength = name.length
    }
  })
  return best
}

function unquote(key: string): string {
  return key.replaceAll(/["'\s]/g, '')
}

function join(table: string, key: string): string {
  return table === '' ? key : `${table}.${key}`
}
