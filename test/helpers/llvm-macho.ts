import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { findCode } from './framework-seal.ts'

/** What a file names in its load commands. */
export interface Names {
  /** Of the file itself. */
  readonly id: string | undefined
  readonly loads: readonly string[]
  readonly rpaths: readonly string[]
}

/** What LLVM says that the files of code below a folder load, and their run-time paths. */
export function askLlvm(root: string): ReadonlyMap<string, Names> {
  const paths = findCode(root)
  const ask = (option: string): ReadonlyMap<string, readonly string[]> => {
    const args = ['--macho', option, ...paths]
    const output = execFileSync('llvm-objdump-19', args, { ...quiet, cwd: root, encoding: 'utf8' })
    const found = new Map<string, string[]>()
    let lines: string[] = []
    for (const line of output.split('\n')) {
      if (paths.includes(line.slice(0, -1))) found.set(line.slice(0, -1), (lines = []))
      else if (line !== '') lines.push(line.trim().replace(/ \(compatibility version .*/, ''))
    }
    return found
  }
  const [ids, used, rpaths] = [ask('--dylib-id'), ask('--dylibs-used'), ask('--rpaths')]
  return new Map(
    paths.map((path) => {
      const id = ids.get(path)?.[0]
      // objdump lists a library's own name with those that it loads.
      const loads = (used.get(path) ?? []).filter((name) => name !== id)
      return [path, { id, loads, rpaths: rpaths.get(path) ?? [] }]
    }),
  )
}

export const isSystem = (name: string): boolean => /^\/(?:usr\/lib|System)\//.test(name)

/** Load commands that lead to no file when `program` runs, and all the Pythons that the others lead to. */
export function follow(
  app: string,
  names: ReadonlyMap<string, Names>,
  program: string,
): { readonly lost: readonly string[]; readonly pythons: ReadonlySet<string> } {
  const pythons = new Set<string>()
  const expand = (text: string, loader: string): string =>
    text
      .replace('@loader_path', dirname(join(app, loader)))
      .replace('@executable_path', dirname(join(app, program)))
  const ofProgram = (names.get(program)?.rpaths ?? []).map((each) => expand(each, program))
  const lost = [...names].flatMap(([path, { loads, rpaths }]) =>
    loads.flatMap((name) => {
      if (isSystem(name)) return []
      const folders = [...rpaths.map((each) => expand(each, path)), ...ofProgram]
      const places = name.startsWith('@rpath/')
        ? folders.map((folder) => join(folder, name.slice('@rpath/'.length)))
        : [expand(name, path)]
      const found = places.find(existsSync)
      if (/ython/.test(name) && found !== undefined) pythons.add(realpathSync(found))
      return found === undefined ? [`${path}: ${name}`] : []
    }),
  )
  return { lost, pythons }
}

const quiet = {
  stdio: ['ignore', 'pipe', 'ignore'],
  maxBuffer: 64 * 1024 * 1024,
} satisfies ExecFileSyncOptions

/** The symbols that LLVM reads in a file: exported ones, and wanted ones with what it calls the library of each. */
export function symbolsOf(path: string): {
  readonly exported: readonly string[]
  readonly wanted: ReadonlyMap<string, string>
} {
  const ask = (program: 'llvm-nm-19' | 'llvm-objdump-19', ...args: readonly string[]) =>
    execFileSync(program, [...args, path], { ...quiet, encoding: 'utf8' }).split('\n')
  const exported = ask('llvm-objdump-19', '--macho', '--exports-trie').flatMap(
    (line) => /^(?:0x[0-9A-F]+|\[re-export\]) +(\S+)/.exec(line)?.[1] ?? [],
  )
  const wanted = ask('llvm-nm-19', '-u', '-m').flatMap((line) => {
    const found = /external (\S+) \((?:from (\S+)|dynamically looked up)\)/.exec(line)
    return found === null ? [] : [[found[1] ?? '', found[2] ?? ''] as const]
  })
  return { exported, wanted: new Map(wanted) }
}
