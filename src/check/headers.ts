import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

/** The header that each Python has, and each of numpy's users includes. */
const marks = /(?:^|[/\\])(?:patchlevel\.h|numpyconfig\.h)$/

/**
 * Directories of Python's headers that compilers did read, from the logs of dependencies of a build: also
 * those that no flag names, for the system's directories and `CPATH` are searched without one.
 */
export function readHeaders(log: string): readonly string[] {
  const isNinja = basename(log) === '.ninja_deps'
  const base = isNinja ? dirname(log) : log.replace(/[/\\]CMakeFiles[/\\].*$/s, '')
  const text = readFileSync(log)
  const paths = isNinja ? ninjaPaths(text, base) : makePaths(text)
  const headers = paths.filter((path) => marks.test(path)).map((path) => resolve(base, path))
  const directories = headers.map((path) =>
    path.endsWith('numpyconfig.h') ? dirname(dirname(path)) : dirname(path),
  )
  return [...new Set(directories)]
}

/**
 * Ninja's log (src/deps_log.cc): records of a size and bytes. One names a path, which ends with a checksum of 4
 * bytes, and numbers it; one with the high bit of the size says what an output was made from, and the last of an
 * output counts.
 */
function ninjaPaths(log: Buffer, base: string): readonly string[] {
  const paths: string[] = []
  const inputs = new Map<number, readonly number[]>()
  let at = log.indexOf('\n') + 1 + 4
  while (at + 4 <= log.length) {
    const size = log.readUInt32LE(at) & 0x7fff_ffff
    const isDependencies = (log.readUInt32LE(at) & 0x8000_0000) !== 0
    at += 4
    const record = log.subarray(at, at + size)
    if (isDependencies && record.length >= 12) {
      // The number of the output, 8 bytes of time, the numbers of the inputs.
      const count = Math.floor(record.length / 4) - 3
      const numbers = Array.from({ length: count }, (_, index) =>
        record.readUInt32LE(12 + index * 4),
      )
      inputs.set(record.readUInt32LE(0), numbers)
    } else if (!isDependencies && record.length > 4) {
      paths.push(record.toString('utf8', 0, size - 4).replace(/\0+$/, ''))
    }
    at += size
  }
  const used = [...inputs]
    .filter(([output]) => existsSync(resolve(base, paths[output] ?? '')))
    .flatMap(([, numbers]) => numbers)
  return [...new Set(used)].flatMap((number) => paths[number] ?? [])
}

/** The right sides of rules, with `\ ` for a space. */
function makePaths(text: Buffer): readonly string[] {
  // One object has one such file, and few are made with Python.
  if (!text.includes('patchlevel.h') && !text.includes('numpyconfig.h')) return []
  return [...text.toString().matchAll(/(?:\\[^\n]|[^\s\\])+/g)].map(([word]) =>
    word.replaceAll(/\\([ #])/g, '$1').replaceAll('$$', '$'),
  )
}
