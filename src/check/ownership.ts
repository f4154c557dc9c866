import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

import { isLink, recordFile } from '../fs/inventory.ts'
import { readTextIfThere } from '../fs/read-text.ts'
import type { PinnedBuild } from './pinned-build.ts'
import type { Owner } from './report.ts'

/** Says whose a file or folder is. */
export type OwnerOf = (path: string) => Owner

/**
 * Links are followed. Pinned is what lies in a tree that was made from the pin, and libraries and interpreters there
 * only as the pin has them: the build Python, the store entry, the build Python of another build; in `roots`, where this
 * build makes what it makes, also a deployed copy, and a file that is a copy of a pinned one (Windows wants DLLs beside
 * executables). A copy of the same Python elsewhere is foreign: nobody answers for what becomes of it.
 */
export function createOwnership(
  build: PinnedBuild,
  roots: readonly string[],
  allowed: readonly string[],
): OwnerOf {
  const realRoots = roots.map(realPath)
  const isBuilt = (path: string): boolean => realRoots.some((root) => isInside(path, root))
  const exceptions = allowed.flatMap((path) => [resolve(path), realPath(resolve(path))])
  const trees = new Map<string, boolean>()
  const owners = new Map<string, Owner>()
  const buffer = Buffer.allocUnsafe(256 * 1024)

  const isPinnedTree = (directory: string): boolean => {
    let isPinned = trees.get(directory)
    if (isPinned === undefined) {
      isPinned = isMadeFromPin(directory, build, isBuilt)
      trees.set(directory, isPinned)
    }
    return isPinned
  }
  const isCopy = (path: string): boolean => {
    if (!isBuilt(path)) return false
    const name = basename(path).toLowerCase()
    const originals = [...build.inventory].filter(
      ([original, record]) => !isLink(record) && basename(original).toLowerCase() === name,
    )
    if (originals.length === 0) return false
    const { sha256 } = recordFile(path, buffer)
    return originals.some(([, record]) => !isLink(record) && record.sha256 === sha256)
  }
  /** What a Python is loaded from counts only as the pin has it, wherever it lies; of the build Python all is compared. */
  const isOfPin = (path: string, tree: string): boolean => {
    const isLoaded = isLibraryFile(path) || isInterpreter(path)
    if (!isLoaded || statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return true
    const record = build.inventory.get(relative(tree, path).split(sep).join('/'))
    if (record === undefined || isLink(record)) return false
    return tree === build.realRoot || recordFile(path, buffer).sha256 === record.sha256
  }
  const judge = (path: string): Owner => {
    const real = realPath(path)
    const tree = ancestors(real).find(isPinnedTree)
    if (tree !== undefined && isOfPin(real, tree)) return 'pinned'
    if (exceptions.some((exception) => isInside(real, exception) || isInside(path, exception))) {
      return 'allowed'
    }
    return isLibraryFile(real) && existsSync(real) && isCopy(real) ? 'pinned' : 'foreign'
  }
  return (path) => {
    let owner = owners.get(path)
    if (owner === undefined) {
      owner = judge(path)
      owners.set(path, owner)
    }
    return owner
  }
}

export function isInside(path: string, directory: string): boolean {
  return (
    path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
  )
}

/** A path without links, as far as it exists. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realPath(parent), basename(path))
  }
}

function isInterpreter(path: string): boolean {
  return /^python[\d.]*t?(?:\.exe)?$/i.test(basename(path))
}

function isLibraryFile(path: string): boolean {
  return /\.(?:dll|dylib|so(?:\.[\d.]+)?)$/i.test(path)
}

function ancestors(path: string): readonly string[] {
  const found = [path]
  for (let at = dirname(path); at !== found.at(-1); at = dirname(at)) found.push(at)
  return found
}

function isMadeFromPin(
  directory: string,
  { head, realRoot }: PinnedBuild,
  isBuilt: (path: string) => boolean,
): boolean {
  if (directory === realRoot) return true
  const inventories = [`${directory}.pyembed`, ...storeEntryOf(directory)].map((folder) =>
    join(folder, 'inventory.json'),
  )
  if (inventories.some((path) => pinOf(path) === head.pin.sha256)) return true
  const app = readTextIfThere(join(dirname(directory), 'pyembed-app.json'))
  if (app === undefined || !isBuilt(directory)) return false
  const { prefix, pinId } = parse(app) as { prefix?: unknown; pinId?: unknown }
  return prefix === basename(directory) && pinId === head.pin.id
}

function storeEntryOf(directory: string): readonly string[] {
  return basename(directory) === 'prefix' ? [dirname(directory)] : []
}

/** The head is the second line of an inventory (src/store/inventory-text.ts). */
function pinOf(path: string): unknown {
  const line = readTextIfThere(path)?.split('\n', 2)[1] ?? ''
  const { head } = parse(`{${line.replace(/,\s*$/, '')}}`) as {
    head?: { pin?: { sha256?: unknown } }
  }
  return head?.pin?.sha256
}

function parse(text: string): object {
  try {
    const data = JSON.parse(text) as unknown
    return typeof data === 'object' && data !== null ? data : {}
  } catch {
    return {}
  }
}
