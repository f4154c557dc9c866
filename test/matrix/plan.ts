import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

import type { Report } from './cell.ts'

/** What commands of `ninja -t commands`, run in `directory`, would compile and link against. */
export function readPlan(commands: string, directory: string): Report {
  const words = commands.split(/\s+/)
  const after = (pattern: RegExp): readonly string[] =>
    words.flatMap((word, index) => {
      const match = pattern.exec(word)
      return match === null ? [] : [resolve(directory, match[1] || (words[index + 1] ?? ''))]
    })
  const includes = after(/^(?:-I|-isystem)(.*)$/)
  const searched = after(/^-Wl,.*-rpath,([^,:]*)/)
  return {
    places: {
      library: after(/^(.*libpython[^/]*)$/).at(-1) ?? '',
      headers: folderOf(includes, 'Python.h'),
      numpyHeaders: folderOf(includes, 'numpy/numpyconfig.h'),
      interpreter: after(/^-DINTERPRETER=\W*(\/[^"\\]*)/)[0] ?? '',
      searched: searched.find((path) => /python/.test(path)) ?? '',
    },
    versions: [],
  }
}

function folderOf(paths: readonly string[], file: string): string {
  return paths.find((path) => existsSync(join(path, file))) ?? ''
}
