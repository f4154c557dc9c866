import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { basename } from 'node:path'

/** Paths that a traced process opened or executed, successfully; from `strace -f -e trace=openat,open,execve -o FILE`. */
export function successfulOpens(trace: string): readonly string[] {
  const paths = new Set<string>()
  for (const line of joinUnfinished(readFileSync(trace, 'utf8'))) {
    const match =
      /\b(?:openat|open|execve)\((?:AT_FDCWD, |\d+, )?"((?:[^"\\]|\\.)*)"(.*)\) += (\d+|0x[0-9a-f]+)/.exec(
        line,
      )
    // O_TMPFILE makes an unnamed file in a folder (libffi's trampolines): nothing of that folder is read.
    if (match?.[1] !== undefined && match[2]?.includes('O_TMPFILE') !== true)
      paths.add(unescape(match[1]))
  }
  return [...paths]
}

/** The libraries that ELF files name as NEEDED, and the loader. */
export function neededLibraries(files: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const file of files) {
    const text = execFileSync('readelf', ['-d', '-l', file], { encoding: 'utf8' })
    for (const match of text.matchAll(/\(NEEDED\).*\[([^\]]+)\]|interpreter: ([^\]]+)\]/g)) {
      names.add(basename(match[1] ?? match[2] ?? ''))
    }
  }
  return names
}

/**
 * What was opened outside `allowed` folders, beside the kernel's own files, the loader's cache and the
 * libraries that are needed: for an isolated application nothing.
 */
export function foreignOpens(
  opens: readonly string[],
  allowed: readonly string[],
  libraries: ReadonlySet<string>,
): readonly string[] {
  // Files of the tests may lie in /dev/shm (scratch.ts).
  const isOurs = (path: string): boolean =>
    isIn(path, allowed) || (isIn(path, ['/proc', '/sys', '/dev']) && !isIn(path, ['/dev/shm']))
  const isLibrary = (path: string): boolean =>
    libraries.has(basename(path)) && /^(?:\/usr)?\/lib(?:64)?\//.test(path)
  return opens.filter((path) => !isOurs(path) && path !== '/etc/ld.so.cache' && !isLibrary(path))
}

function isIn(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => inside(path, folder) || inside(realpath(path), folder))
}

function inside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function realpath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** strace cuts a call in two when another thread's comes between. */
function joinUnfinished(text: string): readonly string[] {
  const pending = new Map<string, string>()
  return text.split('\n').flatMap((line) => {
    const [pid = ''] = line.split(' ')
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(line)
    if (unfinished?.[1] !== undefined) {
      pending.set(pid, unfinished[1])
      return []
    }
    const resumed = /<\.\.\. \w+ resumed>(.*)$/.exec(line)
    return [resumed === null ? line : `${pending.get(pid) ?? ''}${resumed[1] ?? ''}`]
  })
}

/** strace writes what is not printable ASCII as octal. */
function unescape(text: string): string {
  const bytes = text.replaceAll(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : code,
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
