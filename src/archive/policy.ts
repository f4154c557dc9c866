import { checkCount } from './limits.ts'
import { foldPath, linkProblem, pathProblem } from './names.ts'
import { type ArchiveCode, refusal } from './refusal.ts'

export type EntryKind =
  | 'file'
  | 'folder'
  | 'link'
  | 'hard link'
  | 'device'
  | 'sparse file'
  | 'unknown'

/** An entry of an archive of any format, as it says of itself. */
export interface ArchiveEntry {
  readonly path: string
  readonly kind: EntryKind
  /** Permission bits, with those for setuid, setgid and sticky. */
  readonly mode: number
  /** Of a link. */
  readonly text?: string | undefined
}

/**
 * What an archive may put into a tree, decided before anything is written. One policy for all formats.
 * Names are compared as the strictest file system would, so that a tree means the same on every host.
 */
export interface EntryPolicy {
  /**
   * Judges the next entry. @returns the path to write it to; undefined when nothing is to be written: for a folder,
   * and for what is left out. @throws PYEMBED_ARCHIVE_* of docs/errors.md, one code for each kind of offence
   */
  readonly accept: (entry: ArchiveEntry) => string | undefined
}

export interface PolicyOptions {
  /** The archive's name, for messages. */
  readonly name: string
  /** The folder at the top that every entry is in, and that is taken away; none for wheels. */
  readonly strip?: string
  /** Folders (below the stripped top) that are left out. */
  readonly drop?: readonly string[]
  /** The binary distribution format has no links. */
  readonly isWheel?: boolean
}

/** Kinds that are never written. */
const refusedKinds: Readonly<Partial<Record<EntryKind, readonly [ArchiveCode, string]>>> = {
  'hard link': ['PYEMBED_ARCHIVE_HARD_LINK', 'a hard link'],
  device: ['PYEMBED_ARCHIVE_DEVICE', 'a device or a pipe'],
  'sparse file': ['PYEMBED_ARCHIVE_SPARSE', 'a sparse file, whose holes are not in the archive'],
  unknown: ['PYEMBED_ARCHIVE_TYPE_UNKNOWN', 'which is no file, folder or symbolic link'],
}

export function createEntryPolicy(options: PolicyOptions): EntryPolicy {
  const { name, strip, drop = [], isWheel = false } = options
  const place = createPlaces(name)
  let count = 0
  return {
    accept: ({ path, kind, mode, text = '' }) => {
      const refuse = (code: ArchiveCode, reason: string): never => {
        throw refusal(code, name, path, reason)
      }
      checkCount(name, ++count)
      const clean = kind === 'folder' ? path.replace(/\/$/, '') : path
      const problem = pathProblem(clean)
      if (problem !== undefined) refuse(problem.code, problem.reason)
      const refused = refusedKinds[kind]
      if (refused !== undefined) refuse(...refused)
      if ((mode & 0o7000) !== 0)
        refuse('PYEMBED_ARCHIVE_SETUID', 'with a setuid, setgid or sticky bit')
      if (kind === 'link' && isWheel) refuse('PYEMBED_ARCHIVE_LINK_IN_WHEEL', 'a symbolic link')

      const isTop = clean === strip && kind === 'folder'
      if (strip !== undefined && !isTop && !clean.startsWith(`${strip}/`))
        refuse('PYEMBED_ARCHIVE_PATH_OUTSIDE', `which is not below \`${strip}/\``)
      const inner = strip === undefined ? clean : clean.slice(strip.length + 1)
      const isDropped = drop.some((folder) => inner === folder || inner.startsWith(`${folder}/`))
      if (isTop || isDropped) return undefined

      const wrong = kind === 'link' ? linkProblem(inner, text) : undefined
      if (wrong !== undefined) refuse(wrong.code, wrong.reason)
      place(inner, kind)
      return kind === 'folder' ? undefined : inner
    },
  }
}

/** Keeps what lies where, and refuses what would lie on or behind something else. */
function createPlaces(archive: string): (path: string, kind: EntryKind) => void {
  /** Folded name → the name as it was first spelled. */
  const folders = new Map<string, string>()
  const leaves = new Map<string, EntryKind>()

  return (path, kind) => {
    const refuse = (code: ArchiveCode, reason: string): never => {
      throw refusal(code, archive, path, reason)
    }
    const parts = path.split('/')
    const depths = kind === 'folder' ? parts.length : parts.length - 1
    for (let depth = 1; depth <= depths; depth++) {
      const folder = parts.slice(0, depth).join('/')
      const folded = foldPath(folder)
      const known = folders.get(folded)
      if (known === folder) continue
      if (known !== undefined) {
        const reason = `whose folder differs from \`${known}\` only in case or Unicode form`
        refuse('PYEMBED_ARCHIVE_DUPLICATE', reason)
      }
      const leaf = leaves.get(folded)
      if (leaf === 'link')
        refuse('PYEMBED_ARCHIVE_LINK_THROUGH', `which lies behind the link \`${folder}\``)
      if (leaf !== undefined)
        refuse('PYEMBED_ARCHIVE_DUPLICATE', `which lies behind the file \`${folder}\``)
      folders.set(folded, folder)
    }
    if (kind === 'folder') return
    const folded = foldPath(path)
    if (leaves.has(folded) || folders.has(folded)) {
      const reason = 'whose name another entry has (or differs from only in case or Unicode form)'
      refuse('PYEMBED_ARCHIVE_DUPLICATE', reason)
    }
    leaves.set(folded, kind)
  }
}
