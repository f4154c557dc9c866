import { formatColumns } from '../text/columns.ts'
import { formatCount } from '../text/count.ts'
import { formatSize } from '../text/size.ts'
import { isMountPoint } from '../venv/app.ts'
import { type ListedVenv, listVenvs } from '../venv/list.ts'
import { folderName } from '../venv/names.ts'
import { findDataHome } from '../venv/place.ts'
import type { Run } from './command.ts'
import type { VenvFlags } from './venv-options.ts'

export const run: Run<VenvFlags> = ({ env }, { appName, dataHome }) => {
  // Loaded here, for it takes each command 3 ms. Machine code that V8's threads would make of this comes when it is
  // over: 7 of 50 ms of cpu.
  process.getBuiltinModule('node:v8').setFlagsFromString('--no-opt')
  const home = findDataHome(env, dataHome)
  const venvs = listVenvs(home, appName === undefined ? undefined : folderName(appName))
  return {
    get json() {
      return venvs.map(toJson)
    },
    get text() {
      return venvs.length === 0
        ? `There are no environments in ${home}`
        : formatColumns(venvs.map(row))
    },
  }
}

function toJson(venv: ListedVenv) {
  return {
    abi: venv.abi ?? null,
    app: venv.app,
    appExists: venv.appExists,
    appPath: venv.appPath ?? null,
    inherit: venv.record?.inherit ?? null,
    key: venv.key,
    lastUsed: venv.lastUsed.toISOString(),
    name: venv.name,
    packages: venv.packages,
    path: venv.path,
    python: venv.python,
    sizeBytes: venv.sizeBytes,
    state: venv.state,
  }
}

const notes: Readonly<Record<ListedVenv['state'], string>> = {
  ready: '',
  'base-missing': 'its Python is gone',
  broken: 'broken',
  newer: 'of a newer pyembed',
  foreign: 'not of pyembed',
}

function whyGone(appPath: string): string {
  return isMountPoint(appPath) ? 'app is not mounted' : 'app is gone'
}

function row({
  app,
  appPath,
  appExists,
  name,
  abi,
  packages,
  sizeBytes,
  lastUsed,
  state,
  path,
}: ListedVenv) {
  const gone = appPath === undefined || appExists ? '' : whyGone(appPath)
  const count = formatCount(packages.length, 'package')
  const note = [gone, notes[state]].filter((text) => text !== '').join(', ')
  return [
    app,
    name,
    abi ?? '',
    count,
    formatSize(sizeBytes),
    lastUsed.toISOString().slice(0, 10),
    path,
    note,
  ]
}
