import { posix } from 'node:path'

import { PyEmbedError } from '../errors.ts'

/**
 * What an archive may put into a tree, decided before anything is written. One policy for all formats.
 * Names are compared as the strictest file system would, so that a tree means the same on every host.
 */
export interface EntryPolicy {
  /** Accepts a file's path and returns it, or throws. */
  readonly acceptFile: (path: string) => string
  readonly acceptLink: (path: string, text: string) => string
}

const reservedOnWindows = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

/** @throws PYEMBED_ARCHIVE_ENTRY_REFUSED from its functions */
export function createEntryPolicy(archive: string): EntryPolicy {
  const refuse = (path: string, reason: string): never => {
    throw new PyEmbedError(
      'PYEMBED_ARCHIVE_ENTRY_REFUSED',
      `\`${archive}\` holds \`${path}\`, ${reason}`,
      {
        hint: 'Nothing of it was kept. Get the archive from a source you trust',
      },
    )
  }
  /** Folded name → the name as it was first spelled; folders and files together. */
  const folders = new Map<string, string>()
  const leaves = new Set<string>()

  const accept = (path: string): string => {
    const problem = nameProblem(path)
    if (problem !== undefined) refuse(path, problem)

    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/')
      const folded = fold(folder)
      const known = folders.get(folded)
      if (known === folder) continue
      if (known !== undefined)
        refuse(path, `whose folder differs from \`${known}\` only in case or Unicode form`)
      if (leaves.has(folded)) refuse(path, `which lies behind the link or file \`${folder}\``)
      folders.set(folded, folder)
    }
    const folded = fold(path)
    if (leaves.has(folded) || folders.has(folded)) {
      refuse(path, 'whose name another entry has (or differs from only in case or Unicode form)')
    }
    leaves.add(folded)
    return path
  }
  return {
    acceptFile: accept,
    acceptLink: (path, text) => {
      const end = posix.normalize(posix.join(posix.dirname(path), text))
      const isInside = !posix.isAbsolute(text) && end !== '..' && !end.startsWith('../')
      if (!isInside || goesUpFromName(text) || /[\\\0]|^[A-Za-z]:/.test(text))
        refuse(path, `a link out of the tree to \`${text}\``)
      return accept(path)
    },
  }
}

/** Whether a link's text has `..` behind a name: that goes up from wherever a link of that name leads. */
function goesUpFromName(text: string): boolean {
  const parts = text.split('/').filter((part) => part !== '.' && part !== '')
  const name = parts.findIndex((part) => part !== '..')
  return name !== -1 && parts.includes('..', name)
}

function nameProblem(path: string): string | undefined {
  if (path.includes('\0')) return 'whose name has a NUL'
  if (path.includes('\\')) return 'whose name has a backslash'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'an absolute path'
  for (const part of path.split('/')) {
    if (part === '..') return 'which leaves the tree'
    if (part === '' || part === '.') return 'whose name is not canonical'
    if (reservedOnWindows.test(part) || /[. ]$/.test(part) || /[<>:"|?*\u0001-\u001f]/.test(part)) {
      return 'a name that Windows does not have'
    }
  }
  return undefined
}

function fold(path: string): string {
  // Two folds, as Unicode case folding has letters that only one direction joins (ſ, K).
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
