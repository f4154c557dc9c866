import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

import { askLlvm, isSystem } from './llvm-macho.ts'

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
  const files = askLlvm(root)
  const program = [...files.keys()].find((path) => path.startsWith('Contents/MacOS/')) ?? ''
  return [...files].flatMap(([path, { loads, rpaths }]) => {
    const expand = (name: string, from: string): string =>
      name
        .replace(/^@loader_path\//, `${join(root, dirname(from))}/`)
        .replace(/^@executable_path\//, `${join(root, dirname(program))}/`)
    const folders = [
      ...rpaths.map((each) => expand(each, path)),
      ...(alone ? [] : (files.get(program)?.rpaths ?? []).map((each) => expand(each, program))),
    ]
    const own = loads.filter((name) => !isSystem(name))
    return own.map((name): Load => {
      const places = name.startsWith('@rpath/')
        ? folders.map((folder) => `${folder}/${name.slice('@rpath/'.length)}`)
        : [expand(name, path)]
      const found = places.find(existsSync)
      // The system’s own: Node’s drops `..` before it looks.
      const inApp = found === undefined ? '..' : relative(root, realpathSync.native(found))
      return { path, name, finds: inApp.startsWith('..') ? undefined : inApp }
    })
  })
}
