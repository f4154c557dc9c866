import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

import { isInterpreterName, isPythonLibraryName, pythonHeaders } from './python-files.ts'
import type { PythonKind } from './report.ts'

export interface CachedPython {
  readonly variable: string
  readonly path: string
  readonly kind: PythonKind
}

/** The Pythons in a `CMakeCache.txt`: what `find_program()`, `find_library()`, `find_path()` and `-D` left there. */
export function readCache(directory: string): {
  readonly entries: number
  readonly pythons: readonly CachedPython[]
} {
  const text = readFileSync(join(directory, 'CMakeCache.txt'), 'utf8')
  const entries = [
    ...text.matchAll(/^(?![#/])"?(?<name>[^\n:="]+)"?:(?<type>[A-Z]+)=(?<value>.*)$/gm),
  ]
  const pythons = entries.flatMap(({ groups }) => {
    const { name = '', type = '', value = '' } = groups ?? {}
    return value
      .trimEnd()
      .split(';')
      .filter((path) => isAbsolute(path))
      .flatMap((path) => {
        const kind = pythonAt(path, type)
        return kind === undefined ? [] : [{ variable: name, path, kind }]
      })
  })
  return { entries: entries.length, pythons }
}

function pythonAt(path: string, type: string): PythonKind | undefined {
  if (isPythonLibraryName(path)) return 'library'
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  if (isFolder) return pythonHeaders(path)
  // The file of a find that succeeded; `STATIC` and `STRING` are names of projects and the like.
  return type !== 'STATIC' && isInterpreterName(path) ? 'interpreter' : undefined
}
