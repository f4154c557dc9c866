import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

import { withBytes } from '../binary/bytes.ts'
import { isMacho, type Macho, readMacho } from '../binary/macho/macho.ts'
import { hasErrorCode } from '../errors.ts'
import { isLoaded } from '../framework/code.ts'
import { leadsTo } from '../framework/link-target.ts'
import { isFolder } from '../fs/regular-file.ts'
import { walkFiles } from '../fs/walk.ts'

/** What is in an app; all paths are relative to it. */
export interface BundleTree {
  readonly app: string
  readonly files: ReadonlySet<string>
  readonly links: ReadonlyMap<string, string>
  /** What dyld may load, found by what it begins with. */
  readonly code: ReadonlyMap<string, Macho>
  /** What begins as code does and cannot be read, with the reason. */
  readonly damaged: ReadonlyMap<string, string>
}

const magicSize = 8

/** Reads what there is, and of code the load commands. Links are what they say, wherever they lead. */
export function readTree(app: string): BundleTree {
  const files = new Set<string>()
  const links = new Map<string, string>()
  const code = new Map<string, Macho>()
  const damaged = new Map<string, string>()
  for (const { path, isLink } of walkFiles(app)) {
    const whole = join(app, path)
    if (isLink) {
      links.set(path, readlinkSync(whole))
      continue
    }
    files.add(path)
    // A pipe would wait for its writer.
    if (!lstatSync(whole).isFile()) continue
    try {
      const macho = readHeaders(whole)
      if (macho !== undefined) code.set(path, macho)
    } catch (error) {
      if (!hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) throw error
      damaged.set(path, error.message)
    }
  }
  return { app, files, links, code, damaged }
}

/** The code that a path leads to, over links. */
export function codeAt({ app, code, links }: BundleTree, path: string): string | undefined {
  const end = leadsTo(path, links, (each) => isFolder(join(app, each)))
  return end !== undefined && code.has(end) ? end : undefined
}

function readHeaders(path: string): Macho | undefined {
  return withBytes(path, (bytes) => {
    if (bytes.size < magicSize || !isMacho(bytes.read(0, magicSize).bytes)) return undefined
    const macho = readMacho(bytes)
    return isLoaded(macho) ? macho : undefined
  })
}
