import { addFile, addLink } from './tree.ts'
import type { Tree } from './tree.ts'

/** Terminals of ncurses, as `folder/name`, and the names for each that only case tells from another. */
const terminals: Readonly<Record<string, readonly string[]>> = {
  'E/Eterm': ['E/Eterm-color'],
  'e/eterm': ['e/eterm-color'],
  'h/hp70092a': ['h/hp70092A'],
  'l/lft': ['l/lft-pc850', 'L/LFT-PC850'],
  'n/ncr260vt300wpp': ['N/NCR260VT300WPP'],
  'n/ncrvt100wpp': ['N/NCRVT100WPP'],
  'p/p12': ['P/P12'],
  'v/vt100': ['v/vt100-am'],
  'x/xterm': [],
}

/** Adds the terminal database, whose names fall together on a file system that ignores case. */
export function addTerminfo(tree: Tree, fileMode: number): void {
  for (const [terminal, aliases] of Object.entries(terminals)) {
    const names = [terminal, ...aliases].map((path) => path.slice(2))
    addFile(tree, `share/terminfo/${terminal}`, compileTerminal(names), fileMode)
    for (const alias of aliases) {
      const isBeside = alias[0] === terminal[0]
      addLink(tree, `share/terminfo/${alias}`, isBeside ? terminal.slice(2) : `../${terminal}`)
    }
  }
}

/** A terminal that can do nothing, in the format of term(5): six numbers and the names. */
function compileTerminal(names: readonly string[]): Buffer {
  const text = Buffer.from(`${names.join('|')}\0`)
  const header = Buffer.alloc(12)
  header.writeUInt16LE(0o432, 0)
  header.writeUInt16LE(text.length, 2)

  return Buffer.concat([header, text])
}
