import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'

import { dirname } from 'node:path'

import { temporaryName, writeFileAtomic } from '../fs/atomic.ts'
import { isThere, requireLinks } from '../fs/links.ts'
import { formatCfg } from './cfg.ts'
import { fileIn } from './data-home.ts'
import { venvLayout } from './layout.ts'
import { pipShim, pipShimPath } from './pip-shim.ts'
import type { AppPlace } from './place.ts'
import { formatRecord, recordName, type VenvRecord } from './record.ts'

/** Writes an environment into a folder that is not there yet; the record last. */
export function writeTree(place: AppPlace, path: string, record: VenvRecord): void {
  const { system, app, key } = place
  const at = (file: string): string => fileIn(system, path, file)
  const { folders, links, copies, sitePackages } = venvLayout(
    system,
    record.abi,
    record.base.executable,
  )
  mkdirSync(path)
  for (const folder of folders) mkdirSync(at(folder))
  if (Object.keys(links).length > 0) writeLinks(links, at)
  for (const [file, from] of Object.entries(copies)) copyFileSync(from, at(file))
  if (record.inherit === 'none') writePipShim(at(`${sitePackages}/${pipShimPath}`))
  writeFileSync(at('pyvenv.cfg'), formatCfg({ ...record, app: app.name, key }))
  writeFileSync(at(recordName), formatRecord(record))
}

function writePipShim(path: string): void {
  mkdirSync(dirname(path))
  writeFileSync(path, pipShim)
}

function writeLinks(links: Readonly<Record<string, string>>, at: (file: string) => string): void {
  try {
    for (const [file, text] of Object.entries(links)) symlinkSync(text, at(file))
  } catch (error) {
    requireLinks(at('links'))
    throw error
  }
}

/**
 * Puts what belongs to the base into an environment that is there: each file in one step, the record last. Also what
 * was lost of it; what was installed stays.
 */
export async function rewriteTree(
  place: AppPlace,
  path: string,
  record: VenvRecord,
): Promise<void> {
  const { system, app, key } = place
  const at = (file: string): string => fileIn(system, path, file)
  const { folders, links, copies, sitePackages } = venvLayout(
    system,
    record.abi,
    record.base.executable,
  )
  for (const folder of folders) makeFolder(at(folder))
  // One that something else made may have a pip of its own, or none.
  const shim = at(`${sitePackages}/${pipShimPath}`)
  if (record.inherit === 'none' && !isThere(dirname(shim))) writePipShim(shim)
  for (const [file, text] of Object.entries(links)) replaceLink(at(file), text)
  for (const [file, from] of Object.entries(copies)) {
    const temporary = temporaryName(at(file))
    copyFileSync(from, temporary)
    renameSync(temporary, at(file))
  }
  await writeFileAtomic(at('pyvenv.cfg'), formatCfg({ ...record, app: app.name, key }))
  await writeFileAtomic(at(recordName), formatRecord(record))
}

/** What is behind a link is not of the environment. */
function makeFolder(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) return
  if (found !== undefined) rmSync(path)
  mkdirSync(path)
}

function replaceLink(path: string, text: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isSymbolicLink() === true && readlinkSync(path) === text) return
  const temporary = temporaryName(path)
  symlinkSync(text, temporary)
  if (found?.isDirectory() === true) rmSync(path, { recursive: true })
  renameSync(temporary, path)
}
