import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where the search path of a program leads for the libpython that it needs, by readelf; empty when nowhere. */
export function loadedLibrary(program: string): string {
  const text = execFileSync('readelf', ['-d', program], { encoding: 'utf8' })
  const name = /\(NEEDED\).*\[(libpython[^\]]*)\]/.exec(text)?.[1]
  const path = /\((?:RPATH|RUNPATH)\).*\[([^\]]*)\]/.exec(text)?.[1]
  if (name === undefined || path === undefined) return ''
  return (
    path
      .split(':')
      .map((folder) => join(folder, name))
      .find((file) => existsSync(file)) ?? ''
  )
}
