import { execFileSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

import { findCode } from './framework-seal.ts'

/** What dyld would do with a name that a file of an app loads. */
export interface Load {
  /** Of the file, in the app. */
  readonly path: string
  readonly name: string
  /** What it finds, in the app; undefined for nothing, or something elsewhere. */
  readonly finds: string | undefined
}

/**
 * Everything but macOS that the code of an app loads, as LLVM reads it, and what dyld finds: by the file's own run-time
 * paths, and those of the app's program (dyld(1)). With `alone`, without the program's, as when Python imports it.
 */
export function findLoads(app: string, { alone = false } = {}): readonly Load[] {
  const root = realpathSync(app)
  const files = findCode(root)
  const [ids, names, rpaths] = ['--dylib-id', '--dylibs-used', '--rpaths'].map((option) =>
    askLlvm(root, files, option),
  )
  const program = files.find((path) => path.startsWith('Contents/MacOS/')) ?? ''
  return files.flatMap((path) => {
    const expand = (name: string, from: string): string =>
      name
        .replace(/^@loader_path\//, `${join(root, dirname(from))}/`)
        .replace(/^@executable_path\//, `${join(root, dirname(program))}/`)
    const folders = [
      ...(rpaths?.get(path) ?? []).map((each) => expand(each, path)),
      ...(alone ? [] : (rpaths?.get(program) ?? []).map((each) => expand(each, program))),
    ]
    const [id] = ids?.get(path) ?? []
    const loads = (names?.get(path) ?? []).filter((name) => name !== id && !isOfSystem(name))
    return loads.map((name): Load => {
      const places = name.startsWith('@rpath/')
        ? folders.map((folder) => join(folder, name.slice('@rpath/'.length)))
        : [expand(name, path)]
      const found = places.find(existsSync)
      const inApp = found === undefined ? '..' : relative(root, realpathSync(found))
      return { path, name, finds: inApp.startsWith('..') ? undefined : inApp }
    })
  })
}

function isOfSystem(name: string): boolean {
  return /^\/(?:usr\/lib|System)\//.test(name)
}

/** What llvm-objdump prints for each file. */
function askLlvm(
  root: string,
  files: readonly string[],
  option: string,
): ReadonlyMap<string, readonly string[]> {
  const output = execFileSync('llvm-objdump-19', ['--macho', option, ...files], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const found = new Map<string, string[]>()
  let lines: string[] = []
  for (const line of output.split('\n')) {
    const file = files.find((path) => line === `${path}:`)
    if (file !== undefined) found.set(file, (lines = []))
    else if (line !== '') lines.push(line.trim().replace(/ \(compatibility version .*/, ''))
  }
  return found
}
