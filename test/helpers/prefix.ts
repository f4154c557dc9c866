import { copyFileSync, lstatSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'

import { execa } from 'execa'
import { inject } from 'vitest'

import type { SyncResult } from '../../src/project/sync-state.ts'

/** What the shared sync of a build said of a target (test/e2e/setup.ts). Read only. */
export function sharedResult(build: string, target: string): SyncResult {
  const result = inject('projects')[build]?.results.find((found) => found.target === target)
  if (result === undefined) throw new Error(`setup.ts synced no ${target} of ${build}`)
  return result
}

/** The project that the shared sync ran in. Read only. */
export function sharedProject(build: string): string {
  const project = inject('projects')[build]
  if (project === undefined) throw new Error(`setup.ts synced no ${build}`)
  return project.directory
}

/** Its manifest and lock in a folder of one's own: who syncs writes into the project. @returns that folder */
export function copySharedProject(build: string, to: string): string {
  mkdirSync(to, { recursive: true })
  for (const name of ['pyembed.toml', 'pyembed.lock'])
    copyFileSync(join(sharedProject(build), name), join(to, name))
  return to
}

/** Copies a tree as it is: links stay links, modes and times stay. `to` must not exist. */
export async function copyTree(from: string, to: string): Promise<string> {
  mkdirSync(join(to, '..'), { recursive: true })
  await execa('cp', ['-a', '--reflink=auto', from, to])
  return to
}

/**
 * A tree in another place, of hard links: tests may add to it, remove and replace what is there, and run it, but not
 * write into its files, unless they {@link unshare} them.
 */
export async function linkTree(from: string, to: string): Promise<string> {
  mkdirSync(join(to, '..'), { recursive: true })
  await execa('cp', ['-al', from, to])
  return to
}

/** Makes a file one of its own, where it is a hard link. */
export function unshare(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isFile() === true && found.nlink > 1) {
    copyFileSync(path, `${path}.own`)
    renameSync(`${path}.own`, path)
  }
  return path
}

/** A shared prefix in another place, as {@link linkTree}. */
export async function linkPrefix(build: string, target: string, to: string): Promise<string> {
  return linkTree(sharedResult(build, target).prefix, to)
}

/** Copies shared store entries into another data directory, where their pin ids find them. */
export async function copyEntry(build: string, target: string, dataDir: string): Promise<string> {
  const { storeEntry } = sharedResult(build, target)
  return copyTree(storeEntry, join(dataDir, 'store', basename(storeEntry)))
}

export interface StoredFile {
  readonly mode?: string
  readonly sha256?: string
  readonly size?: number
  readonly link?: string
}

/** `files` of a store entry's inventory.json. */
export function readInventoryFiles(storeEntry: string): Record<string, StoredFile> {
  const text = readFileSync(join(storeEntry, 'inventory.json'), 'utf8')
  return (JSON.parse(text) as { files: Record<string, StoredFile> }).files
}
