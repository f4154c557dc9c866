import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { withBytes } from '../binary/bytes.ts'
import { readElf } from '../binary/elf/elf.ts'
import { PyEmbedError } from '../errors.ts'
import { type Load, readLoads } from './loads.ts'
import type { OwnerOf } from './ownership.ts'
import type { PinnedBuild } from './pinned-build.ts'
import { formatOf, holdsPython, isPythonLibrary, isPythonLibraryName } from './python-files.ts'
import type { CheckProblem, Use } from './report.ts'
import { showPath } from './tree.ts'

export interface CheckedBinaries {
  readonly count: number
  readonly uses: readonly Use[]
  readonly unreadable: readonly CheckProblem[]
  /** Libraries whose Python the program that loads them decides. */
  readonly undecided: readonly string[]
}

/** Reads what binaries want to load and hold; files that are none are passed over. */
export function checkBinaries(
  build: PinnedBuild,
  paths: readonly string[],
  ownerOf: OwnerOf,
): CheckedBinaries {
  const uses: Use[] = []
  const unreadable: CheckProblem[] = []
  const undecided: string[] = []
  let count = 0
  for (const path of paths) {
    try {
      const found = readBinary(path, build, ownerOf)
      if (found === undefined) continue
      count += 1
      uses.push(...found.uses)
      if (found.isUndecided) undecided.push(showPath(path, build.directory))
    } catch (error) {
      if (!(error instanceof PyEmbedError)) throw error
      const where = showPath(path, build.directory)
      unreadable.push({ kind: 'unreadable', where, path, detail: error.message })
    }
  }
  return { count, uses, unreadable, undecided }
}

function readBinary(
  path: string,
  build: PinnedBuild,
  ownerOf: OwnerOf,
): { uses: readonly Use[]; isUndecided: boolean } | undefined {
  const format = formatOf(path)
  if (format === undefined) return undefined
  const where = showPath(path, build.directory)
  return withBytes(path, (bytes) => {
    if (format === 'elf' && readElf(bytes).type === 'object') return undefined
    const found = readLoads(bytes, format, path).loads.map((load) =>
      judgeLoad(load, build, ownerOf),
    )
    const uses = found.flatMap((use) => (use === undefined || use === 'undecided' ? [] : [use]))
    const tag = foreignTag(path, build)
    if (tag !== undefined) uses.push(foreign(path, `it is an extension module for ${tag}`))
    // Copies of the pinned DLLs beside executables are Pythons, and ours.
    if (holdsPython(bytes, format) && ownerOf(path) !== 'pinned') {
      uses.push(foreign(path, 'it has a Python linked into it'))
    }
    return {
      uses: uses.map((use): Use => ({ ...use, source: 'binary', where })),
      isUndecided: found.includes('undecided'),
    }
  })
}

type Judged = Pick<Use, 'path' | 'kind' | 'owner' | 'detail'>

function foreign(path: string, detail: string): Judged {
  return { path, kind: 'library', owner: 'foreign', detail }
}

/** What a binary gets by a name: a Python, not (undefined), or one that is not decided by the binary alone. */
function judgeLoad(
  { name, candidates }: Load,
  { inventory, head }: PinnedBuild,
  ownerOf: OwnerOf,
): Judged | 'undecided' | undefined {
  const isNamed = isPythonLibraryName(name)
  const path = candidates.map(findFile).find((candidate) => candidate !== undefined)
  if (path !== undefined && (isNamed || isPythonLibrary(path))) {
    const owner = ownerOf(path)
    return { path, kind: 'library', owner, detail: `it loads ${name}` }
  }
  if (!isNamed) return undefined
  const wanted = basename(name.replaceAll('\\', '/')).toLowerCase()
  const isOurs = [...inventory.keys()].some((file) => basename(file).toLowerCase() === wanted)
  return isOurs ? 'undecided' : foreign(name, `it wants ${name}, which ${head.key} does not have`)
}

/** A file, by a name without regard to case where Windows will look for it. */
function findFile(path: string): string | undefined {
  if (existsSync(path)) return path
  if (!/\.dll$/i.test(path)) return undefined
  const wanted = basename(path).toLowerCase()
  const names = existsSync(dirname(path)) ? readdirSync(dirname(path)) : []
  const name = names.find((candidate) => candidate.toLowerCase() === wanted)
  return name === undefined ? undefined : join(dirname(path), name)
}

/** `cpython-311` in the name of an extension module (PEP 3149) of another version than the pin's. */
function foreignTag(path: string, { head }: PinnedBuild): string | undefined {
  const match = /\.(?:cpython-(?<posix>\d+)t?|cp(?<windows>\d+)t?-win)[^/\\]*\.(?:so|pyd)$/.exec(
    path,
  )
  const digits = match?.groups?.['posix'] ?? match?.groups?.['windows']
  const ours = head.version.split('.', 2).join('')
  return digits === undefined || digits === ours
    ? undefined
    : `Python ${digits[0]}.${digits.slice(1)}`
}
