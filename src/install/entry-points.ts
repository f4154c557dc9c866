/** A command that a distribution asks for (PyPA entry points specification). */
export interface EntryPoint {
  readonly name: string
  readonly module: string
  /** Dotted path of the callable in the module. */
  readonly attribute: string
  readonly isGui: boolean
}

/** The console and GUI scripts of an `entry_points.txt`. Lines of other groups are passed over. */
export function parseEntryPoints(text: string): readonly EntryPoint[] {
  const entryPoints: EntryPoint[] = []
  let group = ''
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]+)\]\s*$/.exec(line)
    if (header?.[1] !== undefined) group = header[1].trim()
    if (group !== 'console_scripts' && group !== 'gui_scripts') continue

    const match = /^\s*([^#;\s=][^=]*?)\s*=\s*([\w.]+)\s*:\s*([\w.]+)\s*(?:\[.*\])?\s*$/.exec(line)
    const [, name, module, attribute] = match ?? []
    if (name === undefined || module === undefined || attribute === undefined) continue
    entryPoints.push({ name, module, attribute, isGui: group === 'gui_scripts' })
  }
  return entryPoints
}
