import { existsSync, lstatSync, readlinkSync, type Stats } from 'node:fs'

import { isThere } from '../fs/links.ts'
import { stampFile } from '../fs/stamp.ts'
import { isBare } from './bare.ts'
import { formatCfg, readCfg } from './cfg.ts'
import { fileIn, joinPath } from './data-home.ts'
import { venvLayout } from './layout.ts'
import { type AppPlace, isGone, listDirectory, otherKeys } from './place.ts'
import { readThere } from './read-there.ts'
import { parseRecord, recordName, type VenvRecord } from './record.ts'

/** An environment that can be used. */
export interface Venv {
  readonly name: string
  readonly path: string
  /** Its interpreter. */
  readonly python: string
  readonly record: VenvRecord
}

/** What is found under the name of an environment (docs/venv-contract.md, States). */
export type Found =
  | { readonly state: 'ready'; readonly venv: Venv }
  | { readonly state: 'missing'; readonly isGarbage: boolean }
  | { readonly state: 'needs-rebuild'; readonly key: string; readonly record: VenvRecord }
  | { readonly state: 'app-moved'; readonly key: string; readonly path: string }
  /** Without a record it is nothing of pyembed's, which leaves it alone. */
  | { readonly state: 'broken'; readonly reason: string; readonly record: VenvRecord | undefined }
  | { readonly state: 'newer' }
  /** What a process that died left has to be put right first, or the app's base put in. */
  | { readonly state: 'unfinished' }
  | { readonly state: 'stale'; readonly venv: Venv; readonly isUsable: boolean }

export function venvPath(
  { system, directory }: Pick<AppPlace, 'system' | 'directory'>,
  name: string,
): string {
  return joinPath(system, directory, name)
}

/** What is there now. Only reads. */
export function lookAt(place: AppPlace, name: string): Found {
  return hasUnfinished(place, name) ? { state: 'unfinished' } : lookInPlace(place, name)
}

/** What a dead process began to replace; or, on Windows, what waits for those that run in it to end. */
function hasUnfinished(place: AppPlace, name: string): boolean {
  const has = (suffix: string): boolean => existsSync(venvPath(place, `.${name}.${suffix}`))
  return has('next') || (has('old') && !isThere(venvPath(place, name)))
}

/** What something is that is no folder. */
export function whyNone(path: string): string {
  return lstatSync(path).isSymbolicLink()
    ? `it is a link to \`${readlinkSync(path)}\``
    : 'it is no folder, and nothing that pyembed made'
}

/** As {@link lookAt}, whatever else waits to take its place. */
export function lookInPlace(
  place: AppPlace,
  name: string,
): Exclude<Found, { state: 'unfinished' }> {
  const attempts = 50
  const path = venvPath(place, name)
  for (let attempt = 1; ; attempt++) {
    const before = stampFile(path)
    const found = before === undefined ? lookElsewhere(place, name) : lookInto(place, name, path)
    // What was removed or made between two system calls is no damage: that is told of one and the same folder only.
    if (found.state === 'ready' || attempt === attempts || stampFile(path) === before) return found
  }
}

function lookInto(
  place: AppPlace,
  name: string,
  path: string,
): Exclude<Found, { state: 'unfinished' }> {
  const status = lstatSync(path, { throwIfNoEntry: false })
  if (status?.isDirectory() === false)
    return { state: 'broken', reason: whyNone(path), record: undefined }
  const { verdict, record } = readRecord(place, name)
  if (verdict === 'newer') return { state: 'newer' }
  if (record === undefined) {
    if (isBare(place, path)) return { state: 'missing', isGarbage: true }
    const reason = 'it has no valid record, and holds more than pyembed made'
    return { state: 'broken', reason, record }
  }
  if (record.abi !== place.app.abi) return { state: 'needs-rebuild', key: place.key, record }
  const venv = describeVenv(place, name, record)
  const reason = whyBroken(place, venv)
  if (reason !== undefined) return { state: 'broken', reason, record }
  const isRecorded = isAsRecorded(place, venv)
  return isRecorded && isSameBase(record, place)
    ? { state: 'ready', venv }
    : { state: 'stale', venv, isUsable: isRecorded && existsSync(record.base.executable) }
}

/** A record with the status of its file. */
type ReadRecord =
  | { readonly verdict: 'valid'; readonly record: VenvRecord; readonly status: Stats }
  | { readonly verdict: 'newer' | 'damaged'; readonly record?: undefined }

/** The record in a folder. What it is called there counts: folders are copied and renamed. */
export function readRecord(
  { system, directory }: Pick<AppPlace, 'system' | 'directory'>,
  folder: string,
): ReadRecord {
  const found = readThere(joinPath(system, directory, folder, recordName))
  if (found === undefined) return { verdict: 'damaged' }
  const { verdict, record } = parseRecord(found.text)
  if (record === undefined) return { verdict }
  return { verdict, record: { ...record, name: folder }, status: found.status }
}

export function describeVenv(
  place: Pick<AppPlace, 'system' | 'directory'>,
  name: string,
  record: VenvRecord,
): Venv {
  const path = venvPath(place, name)
  const { python } = venvLayout(place.system, record.abi, record.base.executable)
  return { name, path, python: fileIn(place.system, path, python), record }
}

/** Not by what the base is, which may be put right without the user. */
function whyBroken(place: AppPlace, { path, record }: Venv): string | undefined {
  const { system } = place
  const statusOf = (file: string) =>
    lstatSync(fileIn(system, path, file), { throwIfNoEntry: false })
  const cfg = readThere(joinPath(system, path, 'pyvenv.cfg'))?.text ?? ''
  if (!readCfg(cfg, 'home')) return 'it has no valid `pyvenv.cfg`'
  const { python, folders } = venvLayout(system, record.abi, record.base.executable)
  if (statusOf(python) === undefined) return `it has no \`${python}\``
  const other = folders.find((folder) => statusOf(folder)?.isDirectory() !== true)
  return other === undefined ? undefined : `its \`${other}\` is missing or no folder`
}

/** Whether Python sees what the record says; not so when somebody died while both were changed. */
function isAsRecorded({ system }: AppPlace, { path, record }: Venv): boolean {
  const cfg = readThere(joinPath(system, path, 'pyvenv.cfg'))?.text ?? ''
  const expected = formatCfg({ ...record, app: '', key: '' })
  return ['home', 'include-system-site-packages'].every(
    (key) => readCfg(cfg, key) === readCfg(expected, key),
  )
}

function isSameBase({ base }: VenvRecord, place: AppPlace): boolean {
  return (
    base.executable === place.base.executable &&
    base.version === place.base.version &&
    existsSync(base.executable)
  )
}

/** Not there: is it there for another Python of this app, or where the app was before? */
function lookElsewhere(place: AppPlace, name: string): Exclude<Found, { state: 'unfinished' }> {
  const others = otherKeys(place).filter(({ directory }) => listDirectory(directory).includes(name))
  for (const { key, directory, app } of others) {
    if (app?.identity !== place.app.identity) continue
    const { record } = readRecord({ ...place, directory }, name)
    if (record !== undefined) return { state: 'needs-rebuild', key, record }
  }
  const moved = others.find(
    ({ app }) => app !== undefined && app.abi === place.app.abi && isGone(app),
  )
  return moved?.app === undefined || place.app.id !== ''
    ? { state: 'missing', isGarbage: false }
    : { state: 'app-moved', key: moved.key, path: moved.app.path }
}
