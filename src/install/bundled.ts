import { posix } from 'node:path'

import type { HeldFile, UnpackOptions } from '../archive/tar.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import type { PrefixLayout } from '../platform/layout.ts'
import { normalizeName } from '../text/package-name.ts'
import { parseRecord } from './record.ts'

/** What an archive has in site-packages and among the scripts, kept in memory until it is known what stays. */
export interface BundledPackages {
  /** Takes a file of the archive, or leaves it to be written at once. */
  readonly takes: UnpackOptions['holdBack']
  /** Writes what was taken, but for distributions that one of `wheels` (file names) replaces. */
  readonly writeUnlessReplaced: (writer: TreeWriter, wheels: readonly string[]) => void
}

/** The packages of PBS's own: pip, and setuptools up to Python 3.11; some 10 MB. */
export function createBundledPackages({ sitePackages, scripts }: PrefixLayout): BundledPackages {
  const held = new Map<string, HeldFile>()
  const pip = new RegExp(`^${scripts}/pip[\\d.]*(?:\\.exe)?$`)
  return {
    takes: (path) => {
      const isTaken = path.startsWith(`${sitePackages}/`) || pip.test(path)
      return isTaken ? (file) => void held.set(path, file) : undefined
    },
    writeUnlessReplaced: (writer, wheels) => {
      const replacing = new Set(wheels.map((wheel) => distributionName(wheel)))
      const records = [...held.keys()].filter((path) => path.endsWith('.dist-info/RECORD'))
      for (const path of records) {
        const folder = /^(.*\/([^/]+)-[^-/]+\.dist-info)\/RECORD$/.exec(path)
        if (folder?.[2] === undefined || !replacing.has(distributionName(folder[2]))) continue
        // RECORD may name files that are not there: the byte code of the machine it was installed on.
        const record = parseRecord(held.get(path)?.content.toString() ?? '')
        for (const line of record) held.delete(posix.normalize(`${sitePackages}/${line.path}`))
      }
      for (const [path, { mode, content }] of held) writer.writeFile(path, mode, [content])
    },
  }
}

/** The distribution of a wheel's or .dist-info folder's name, comparable (PEP 503). */
function distributionName(name: string): string {
  return normalizeName(name.split('-')[0] ?? '')
}
