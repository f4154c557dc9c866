import type { LoadCommand } from '../binary/macho/commands.ts'
import type { Macho } from '../binary/macho/macho.ts'

/** One thing that is another one now; `to` is undefined for a path that is gone. */
export interface LoaderChange {
  readonly path: string
  /** `link`: a file that is a link now, or a link that is new, with nothing before. */
  readonly kind: 'id' | 'load' | 'rpath' | 'link'
  readonly from: string
  readonly to: string | undefined
}

/** How load commands differ after an edit, which neither adds any nor changes their order. */
export function changesOf(path: string, before: Macho, after: Macho): readonly LoaderChange[] {
  const changes = new Map<string, LoaderChange>()
  const add = (change: LoaderChange): void => void changes.set(JSON.stringify(change), change)
  for (const [index, { commands }] of before.slices.entries()) {
    const now = after.slices[index]?.commands ?? []
    const renamed = now.filter(isDylib)
    for (const [at, { role, name: from }] of commands.filter(isDylib).entries()) {
      const to = renamed[at]?.name
      if (to !== from) add({ path, kind: role === 'id' ? 'id' : 'load', from, to })
    }
    const rpaths = pathsOf(now)
    const left = new Map<string, number>()
    for (const each of rpaths) left.set(each, (left.get(each) ?? 0) + 1)
    for (const from of pathsOf(commands)) {
      const count = left.get(from) ?? 0
      if (count <= 0) add({ path, kind: 'rpath', from, to: undefined })
      left.set(from, count - 1)
    }
  }
  return [...changes.values()]
}

type Dylib = LoadCommand & { readonly kind: 'dylib' }

function isDylib(command: LoadCommand): command is Dylib {
  return command.kind === 'dylib'
}

function pathsOf(commands: readonly LoadCommand[]): readonly string[] {
  return commands.flatMap((each) => (each.kind === 'rpath' ? [each.path] : []))
}
