import { delimiter, join } from 'node:path'

import type { Bait } from './baits.ts'
import { searchPath } from './search-path.ts'

export type Minor = '3.14' | '3.11'

/** What a project without pyembed pins its Python with. */
export type OwnPin = 'nothing' | 'root' | 'roots' | 'executable' | 'artifacts'

/** One way to lead CMake to another Python. */
export interface Row {
  readonly name: string
  /** `project/cases/<case>.cmake` */
  readonly case: string
  /** The Pythons that are pinned, one after the other in one build tree. */
  readonly pins: readonly Minor[]
  /** The other Python. */
  readonly bait: Minor
  readonly ownPin: OwnPin
  readonly args?: (bait: Bait) => readonly string[]
  readonly env?: (bait: Bait) => Readonly<Record<string, string>>
  /** `cmake_minimum_required()` */
  readonly minimum?: string
  /** The pin names a place where there is nothing. */
  readonly isGone?: true
}

/** Everything that is known to lead CMake astray. */
export const rows: readonly Row[] = [
  row('PATH', { bait: '3.11', ownPin: 'nothing', env: onPath }),
  row('prefix path, variable', { bait: '3.11', args: prefixPath }),
  row('prefix path, same minor', { ownPin: 'executable', args: prefixPath }),
  row('prefix path, environment', {
    bait: '3.11',
    env: ({ root }) => ({ CMAKE_PREFIX_PATH: root }),
  }),
  row('Python3_ROOT, variable', { args: ({ root }) => [`-DPython3_ROOT=${root}`] }),
  row('Python3_ROOT, environment', { env: ({ root }) => ({ Python3_ROOT: root }) }),
  row('Python_ROOT_DIR, environment', {
    case: 'python',
    env: ({ root }) => ({ Python_ROOT_DIR: root, Python3_ROOT_DIR: root }),
  }),
  row('VIRTUAL_ENV', {
    case: 'numpy',
    ownPin: 'nothing',
    env: ({ venv }) => ({ VIRTUAL_ENV: venv, PATH: pathWith(venv) }),
  }),
  row('CONDA_PREFIX', { ownPin: 'nothing', env: ({ root }) => ({ CONDA_PREFIX: root }) }),
  row('PYTHONHOME', { env: ({ root }) => ({ PYTHONHOME: join(root, 'nowhere') }) }),
  row('PYTHONPATH with another numpy', {
    case: 'numpy',
    env: ({ site }) => ({ PYTHONPATH: site }),
  }),
  row('old policies', { pins: ['3.11'], bait: '3.14', minimum: '3.14', env: onPath }),
  row('changed pin in one tree', { case: 'pybind11', pins: ['3.11', '3.14'], ownPin: 'roots' }),
  row('vcpkg wrapper', { args: () => ['-DCMAKE_TOOLCHAIN_FILE=vcpkg.cmake'] }),
  row('pybind11, pythonLocation', {
    case: 'pybind11',
    env: ({ root }) => ({ pythonLocation: root }),
  }),
  row('pybind11, its own FindPythonLibs', {
    case: 'pybind11',
    bait: '3.11',
    // It asks for an old policy, of which newer CMakes warn.
    args: ({ executable }) => [
      '-Wno-error=deprecated',
      '-DPYBIND11_FINDPYTHON=OFF',
      `-DPYTHON_EXECUTABLE=${executable}`,
    ],
  }),
  row('find_package(Python)', { case: 'python', bait: '3.11', env: onPath }),
  row('command line', {
    ownPin: 'nothing',
    args: ({ executable, library, include }) => [
      `-DPython3_EXECUTABLE=${executable}`,
      `-DPython3_LIBRARY=${library}`,
      `-DPython3_INCLUDE_DIR=${include}`,
    ],
  }),
  row('sub-project sets', { case: 'sub-project-sets', ownPin: 'artifacts' }),
  row('sub-project sets the cache', { case: 'sub-project-sets-cache', ownPin: 'artifacts' }),
  row('sub-project unsets', {
    case: 'sub-project-unsets',
    ownPin: 'artifacts',
    args: prefixPath,
  }),
  row('global targets, found again', { case: 'global-targets', ownPin: 'artifacts' }),
  row('PythonInterp, PythonLibs', { case: 'legacy', bait: '3.11', env: onPath, args: prefixPath }),
  row('sysroot, nothing in it', {
    case: 'development',
    args: ({ root }) => sysroot(join(root, 'nowhere')),
  }),
  row('sysroot, a Python in it', {
    case: 'development',
    bait: '3.11',
    args: ({ root }) => sysroot(root),
  }),
  row('older version asked for', {
    bait: '3.11',
    ownPin: 'nothing',
    args: asking('3.11'),
    env: onPath,
  }),
  row('exactly another version asked for', {
    bait: '3.11',
    args: asking('3.11;EXACT'),
    env: onPath,
  }),
  row('newer version asked for', {
    pins: ['3.11'],
    bait: '3.14',
    args: asking('3.14'),
    env: onPath,
  }),
  row('missing root', { isGone: true, env: onPath }),
  row('all at once', {
    case: 'numpy',
    bait: '3.11',
    args: (bait) => [...prefixPath(bait), `-DPython3_ROOT=${bait.root}`],
    env: ({ root, site, venv }) => ({
      CMAKE_PREFIX_PATH: root,
      CONDA_PREFIX: root,
      PATH: pathWith(venv),
      PYTHONPATH: site,
      Python3_ROOT: root,
      Python_ROOT: root,
      VIRTUAL_ENV: venv,
      pythonLocation: root,
    }),
  }),
]

/** Usual: 3.14 is pinned, by its root where pyembed is not; the other Python is one of the same minor version. */
function row(name: string, changes: Partial<Row>): Row {
  return { name, case: 'python3', pins: ['3.14'], bait: '3.14', ownPin: 'root', ...changes }
}

function prefixPath({ root }: Bait): readonly string[] {
  return [`-DCMAKE_PREFIX_PATH=${root}`]
}

function asking(version: string): () => readonly string[] {
  return () => [`-DMATRIX_VERSION=${version}`]
}

function onPath({ root }: Bait): Readonly<Record<string, string>> {
  return { PATH: pathWith(root) }
}

function pathWith(root: string): string {
  return `${join(root, 'bin')}${delimiter}${searchPath()}`
}

function sysroot(root: string): readonly string[] {
  const kinds = ['LIBRARY', 'INCLUDE'].map((kind) => `-DCMAKE_FIND_ROOT_PATH_MODE_${kind}=ONLY`)
  return [`-DCMAKE_FIND_ROOT_PATH=${root}`, '-DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER', ...kinds]
}
