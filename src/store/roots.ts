import { createHash } from 'node:crypto'
import { lstatSync, statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { hasErrorCode, PyEmbedError, systemErrorCode } from '../errors.ts'
import { sweepTemporary, writeFileAtomic } from '../fs/atomic.ts'
import { compareText, formatJson } from '../text/json.ts'

/** A store entry as a project uses it. */
export interface RootEntry {
  readonly pinId: string
  /** The names of its parts in `<cache>/unpacked`. */
  readonly parts: readonly string[]
}

/**
 * Which entry of the store one project uses for one target: a file of its own in `<data>/roots`, written by `sync`, so
 * that syncs of different targets need not know of each other.
 */
export interface Root {
  readonly project: string
  readonly target: string
  readonly entry: RootEntry
  /** The Python that ran pip for the project. */
  readonly tool: RootEntry | undefined
}

/** A root as it was found. Its file's time is that of the last use. */
export interface FoundRoot extends Root {
  readonly path: string
  readonly lastUsed: Date
  /** The project's folder is no longer there, or not on this machine. */
  readonly isGone: boolean
}

const format = 2

export function rootsDirectory(dataDir: string): string {
  return join(dataDir, 'roots')
}

/** Writes a root in one step, and sweeps what killed writers left. @returns its path */
export async function writeRoot(dataDir: string, root: Root): Promise<string> {
  const project = createHash('sha256').update(root.project).digest('hex').slice(0, 16)
  const path = join(rootsDirectory(dataDir), `${project}-${root.target}.json`)
  await sweepTemporary(rootsDirectory(dataDir))
  await writeFileAtomic(path, formatJson({ format, ...root }))
  return path
}

/** The entries that a root uses, its tool Python included. */
export function entriesOf({ entry, tool }: Root): readonly RootEntry[] {
  return tool === undefined ? [entry] : [entry, tool]
}

/** One root, or undefined when there is none. @throws PYEMBED_ROOT_INVALID */
async function readRoot(path: string): Promise<FoundRoot | undefined> {
  let text: string
  let lastUsed: Date
  try {
    text = await readFile(path, 'utf8')
    lastUsed = statSync(path).mtime
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
  const root = parseRoot(text)
  if (root !== undefined) return { ...root, path, lastUsed, isGone: isGone(root.project) }
  throw new PyEmbedError('PYEMBED_ROOT_INVALID', `\`${path}\` does not say what a project uses`, {
    hint: 'Remove it, and run `pyembed sync` in your projects before `pyembed store prune`',
  })
}

/** All roots, by project and target. `passOver` is given what is wrong with one. @throws PYEMBED_ROOT_INVALID without it */
export async function readRoots(
  dataDir: string,
  passOver?: (error: PyEmbedError) => void,
): Promise<readonly FoundRoot[]> {
  const roots: FoundRoot[] = []
  for (const name of await listRootFiles(dataDir)) {
    try {
      const root = await readRoot(join(rootsDirectory(dataDir), name))
      if (root !== undefined) roots.push(root)
    } catch (error) {
      if (passOver === undefined || !hasErrorCode(error, 'PYEMBED_ROOT_INVALID')) throw error
      passOver(error)
    }
  }
  return roots.sort((a, b) => compareText(a.project, b.project) || compareText(a.target, b.target))
}

async function listRootFiles(dataDir: string): Promise<readonly string[]> {
  try {
    return (await readdir(rootsDirectory(dataDir))).filter((name) => name.endsWith('.json'))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

function parseRoot(text: string): Root | undefined {
  try {
    const root = JSON.parse(text) as Root & { readonly format: number }
    const { project, target } = root
    const isRoot = root.format === format && [project, target].every(isText)
    return isRoot && entriesOf(root).every(isEntry) ? root : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isEntry({ pinId, parts }: RootEntry): boolean {
  return isText(pinId) && Array.isArray(parts)
}

/** What cannot be looked at is not gone. */
function isGone(project: string): boolean {
  try {
    return lstatSync(project, { throwIfNoEntry: false }) === undefined
  } catch (error) {
    return systemErrorCode(error) === 'ENOTDIR'
  }
}
