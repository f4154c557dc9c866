import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

/** The header that each Python has, and each of numpy's users includes. */
const marks = /(?:^|[/\\])(?:patchlevel\.h|numpyconfig\.h)$/

/**
 * Directories of Python's headers that compilers did read, from the logs of dependencies of a build: also
 * those that no flag names, for the system's directories and `CPATH` are searched without one.
 */
export function readHeaders(log: string): readonly string[] {
  const isNinja = basename(log) === '.ninja_deps'
  const base = isNinja ? dirname(log) : resolve(dirname(log), '../..')
  const paths = isNinja ? ninjaPaths(readFileSync(log)) : makePaths(readFileSync(log, 'utf8'))
  const headers = paths.filter((path) => marks.test(path)).map((path) => resolve(base, path))
  const directories = headers.map((path) =>
    path.endsWith('numpyconfig.h') ? dirname(dirname(path)) : dirname(path),
  )
  return [...new Set(directories)]
}

/** Ninja's log (src/deps_log.cc): records of a size and bytes; those of paths end with a checksum of 4 bytes. */
function ninjaPaths(log: Buffer): readonly string[] {
  const paths: string[] = []
  let at = log.indexOf('\n') + 1 + 4
  while (at + 4 <= log.length) {
    const size = log.readUInt32LE(at)
    const isDependencies = size >= 0x8000_0000
    const length = size & 0x7fff_ffff
    at += 4
    if (!isDependencies && length > 4 && at + length <= log.length) {
      paths.push(log.toString('utf8', at, at + length - 4).replace(/\0+$/, ''))
    }
    at += length
  }
  return paths
}

/** The right sides of rules, with `\ ` for a space. */
function makePaths(text: string): readonly string[] {
  return [...text.matchAll(/(?:\\[^\n]|[^\s\\])+/g)].map(([word]) =>
    word.replaceAll(/\\([ #])/g, '$1').replaceAll('$$', '$'),
  )
}
