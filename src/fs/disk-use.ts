import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'

import { systemErrorCode } from '../errors.ts'

/**
 * Bytes of the files at or below the paths, each file once, however many of its hard links are there. `freed` is
 * what removing all of the paths gives back: not the bytes of files that have links elsewhere.
 */
export interface DiskUse {
  readonly files: number
  readonly bytes: number
  readonly freed: number
}

/** Measures paths; those that are not there, or go meanwhile, count nothing. */
export function measureDiskUse(paths: readonly string[]): DiskUse {
  const seen = new Map<string, { bytes: number; left: number }>()
  for (const path of paths) {
    for (const status of walkStatus(path)) {
      const id = `${status.dev} ${status.ino}`
      const file = seen.get(id) ?? { bytes: status.size, left: status.nlink }
      seen.set(id, { ...file, left: file.left - 1 })
    }
  }
  let [bytes, freed] = [0, 0]
  for (const file of seen.values()) {
    bytes += file.bytes
    if (file.left <= 0) freed += file.bytes
  }
  return { files: seen.size, bytes, freed }
}

function* walkStatus(path: string): Generator<Stats> {
  const status = ifThere(() => lstatSync(path))
  if (status?.isDirectory() === true) {
    for (const name of ifThere(() => readdirSync(path)) ?? []) yield* walkStatus(join(path, name))
  } else if (status !== undefined) yield status
}

function ifThere<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return undefined
    throw error
  }
}
