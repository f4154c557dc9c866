import { existsSync, readdirSync, statSync } from 'node:fs'

import { systemErrorCode } from '../errors.ts'
import { measureDiskUse } from '../fs/disk-use.ts'
import { isThere } from '../fs/links.ts'
import { compareText } from '../text/json.ts'
import { hostSystem } from './app.ts'
import { fileIn, joinPath } from './data-home.ts'
import { venvLayout, type VenvLayout } from './layout.ts'
import { readRecord } from './look.ts'
import { type InstalledPackage, installedPackages } from './packages.ts'
import { listDirectory } from './place.ts'
import { readThere } from './read-there.ts'
import { appFileName, parseApp, type VenvRecord } from './record.ts'
import { stampOf } from './size.ts'

/** `foreign`: an environment that something else made, such as MITK; `base-missing`: of an app that is gone or moved. */
export type ListedState = 'ready' | 'base-missing' | 'broken' | 'newer' | 'foreign'

/** An environment of any app, as it is found. */
export interface ListedVenv {
  /** The name of the app; of one that does not say, the name of its folder. */
  readonly app: string
  readonly appPath: string | undefined
  readonly appExists: boolean
  readonly key: string
  readonly name: string
  readonly path: string
  readonly python: string
  readonly state: ListedState
  readonly abi: string | undefined
  readonly packages: readonly InstalledPackage[]
  readonly sizeBytes: number
  readonly lastUsed: Date
  readonly record: VenvRecord | undefined
}

const folderPattern = /^(.*)_venvs$/s
const keyPattern = /^[0-9A-F]{16}$/i

/** All environments of all apps, by app, key and name; of `folder` alone, when it is named. Only reads. */
export function listVenvs(dataHome: string, folder?: string): readonly ListedVenv[] {
  const system = hostSystem()
  const base = rememberBases()
  const found = listHome(dataHome).filter((name) => folderPattern.test(name))
  const folders = folder === undefined ? found : [folder]
  return folders.toSorted(compareText).flatMap((name) => {
    const apps = joinPath(system, dataHome, name)
    return sorted(apps)
      .filter((key) => keyPattern.test(key))
      .flatMap((key) => listKey(joinPath(system, apps, key), name, key, base))
  })
}

/** None where there is no such folder; what is no folder is told, for nothing can be made there either. */
function listHome(dataHome: string): readonly string[] {
  try {
    return readdirSync(dataHome)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOTDIR') throw error
    return []
  }
}

/** What a base makes of its environments. */
interface KnownBase {
  readonly exists: boolean
  readonly layout: VenvLayout
}

type AskBase = (abi: string, executable: string) => KnownBase

/** Hundreds of environments have one base. */
function rememberBases(): AskBase {
  const known = new Map<string, KnownBase>()
  return (abi, executable) => {
    const key = `${abi} ${executable}`
    const base = known.get(key) ?? {
      exists: existsSync(executable),
      layout: venvLayout(hostSystem(), abi, executable),
    }
    known.set(key, base)
    return base
  }
}

function listKey(
  directory: string,
  folder: string,
  key: string,
  base: AskBase,
): readonly ListedVenv[] {
  const system = hostSystem()
  const app = parseApp(readApp(joinPath(system, directory, appFileName)))
  const appExists = app !== undefined && existsSync(app.path)
  return ownFolders(directory)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const found = describeWhole(directory, name, base)
      const appName = app?.name ?? folderPattern.exec(folder)?.[1] ?? folder
      return found === undefined
        ? []
        : [{ app: appName, appPath: app?.path, appExists, key, name, ...found }]
    })
}

type Description = Omit<ListedVenv, 'app' | 'appPath' | 'appExists' | 'key' | 'name'>

/** Whatever one of them is like, the others are listed. */
function describeWhole(directory: string, name: string, base: AskBase): Description | undefined {
  try {
    return describe(directory, name, base)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    const path = joinPath(hostSystem(), directory, name)
    const unknown = { abi: undefined, record: undefined, packages: [], sizeBytes: 0 } as const
    return { ...unknown, path, python: pythonIn(path), state: 'broken', lastUsed: new Date() }
  }
}

/** What has neither record nor `pyvenv.cfg` is none. */
function describe(directory: string, name: string, base: AskBase): Description | undefined {
  const place = { system: hostSystem(), directory }
  const path = joinPath(place.system, directory, name)
  const found = readRecord(place, name)
  if (found.record === undefined)
    return describeOther(path, found.verdict === 'newer' ? 'newer' : 'foreign')
  const { record, status } = found
  const { exists, layout } = base(record.abi, record.base.executable)
  const sitePackages = fileIn(place.system, path, layout.sitePackages)
  const python = fileIn(place.system, path, layout.python)
  const packages = installedPackages(sitePackages)
  const { mtime, size } = status
  return {
    path,
    python,
    state:
      !existsSync(fileIn(place.system, path, 'pyvenv.cfg')) || !isThere(python)
        ? 'broken'
        : exists
          ? 'ready'
          : 'base-missing',
    abi: record.abi,
    packages,
    sizeBytes: packages.length === 0 ? size : sizeOf(path, sitePackages, record),
    lastUsed: mtime,
    record,
  }
}

/** As it was counted when something was installed; else it is counted now. */
function sizeOf(path: string, sitePackages: string, { size }: VenvRecord): number {
  return size.stamp !== '' && size.stamp === stampOf(sitePackages)
    ? size.bytes
    : measureDiskUse([path]).bytes
}

function describeOther(path: string, state: 'newer' | 'foreign'): Description | undefined {
  const system = hostSystem()
  const cfg = joinPath(system, path, 'pyvenv.cfg')
  const status = existsSync(cfg) ? statSync(cfg, { throwIfNoEntry: false }) : undefined
  if (status === undefined) return undefined
  const sitePackages = foreignSitePackages(path)
  return {
    path,
    python: pythonIn(path),
    state,
    abi: undefined,
    packages: sitePackages === undefined ? [] : installedPackages(sitePackages),
    sizeBytes: measureDiskUse([path]).bytes,
    lastUsed: status.mtime,
    record: undefined,
  }
}

/** The `site-packages` of an environment that something else made. */
export function foreignSitePackages(path: string): string | undefined {
  const system = hostSystem()
  if (system === 'windows') return joinPath(system, path, 'Lib', 'site-packages')
  const version = sorted(joinPath(system, path, 'lib')).find((name) =>
    /^python3\.\d+t?$/.test(name),
  )
  return version === undefined ? undefined : joinPath(system, path, 'lib', version, 'site-packages')
}

function pythonIn(path: string): string {
  const system = hostSystem()
  return joinPath(
    system,
    path,
    ...(system === 'windows' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
  )
}

/** The text of an app.json, empty when it cannot be read. */
function readApp(path: string): string {
  try {
    return readThere(path)?.text ?? ''
  } catch {
    return ''
  }
}

/** Folders, sorted; what links lead to is elsewhere. */
function ownFolders(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(compareText)
  } catch {
    return []
  }
}

function sorted(directory: string): readonly string[] {
  return listDirectory(directory).toSorted(compareText)
}
