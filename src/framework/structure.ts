import { readdirSync, readlinkSync } from 'node:fs'
import { basename, join, posix } from 'node:path'

import { hasErrorCode } from '../errors.ts'
import { isFolder, lookAt, readRegularFile } from '../fs/regular-file.ts'
import { readAnyPlist } from '../text/binary-plist.ts'
import type { PlistDictionary } from '../text/plist.ts'
import { isPlainFile } from './finder-files.ts'
import type { FrameworkProblem } from './problem.ts'

/** Where things are in a framework. */
export interface FrameworkParts {
  /** `Versions/A`, relative; the folder that is sealed */
  readonly version: string
  /** `CFBundleExecutable`: the file of the framework, in that folder */
  readonly executable: string
  readonly info: PlistDictionary
}

/** Finds the parts of a framework. @returns what there is, as far as it can be found, and what is wrong with it */
export function readParts(framework: string): {
  readonly parts: FrameworkParts | undefined
  readonly problems: readonly FrameworkProblem[]
} {
  const current = linkAt(join(framework, 'Versions', 'Current'))?.replace(/^\.\//, '')
  const isSibling =
    current !== undefined &&
    /^[^/]+$/.test(current) &&
    !['.', '..'].includes(current) &&
    isFolder(join(framework, 'Versions', current))
  if (!isSibling) {
    const detail = 'it is no link to a folder beside it, as which codesign knows a framework'
    return { parts: undefined, problems: [{ path: 'Versions/Current', kind: 'structure', detail }] }
  }
  const version = `Versions/${current}`
  const infoPath = `${version}/Resources/Info.plist`
  const { info, detail } = readInfo(join(framework, infoPath))
  const named = info.get('CFBundleExecutable')
  const executable = typeof named === 'string' ? named : basename(framework, '.framework')
  if (!isFileName(executable)) {
    return { parts: undefined, problems: [structure(infoPath, noFileName)] }
  }
  const problems = [
    ...(detail === undefined ? [] : [structure(infoPath, detail)]),
    ...versionProblems(framework, current),
    ...rootProblems(framework, version, executable),
    ...sealFolderProblems(framework, version),
  ]
  return { parts: { version, executable, info }, problems }
}

export const noFileName = '`CFBundleExecutable` is no name of a file'

/** What `CFBundleExecutable` may be: a file of the bundle, or others would be signed. */
export function isFileName(name: string): boolean {
  return !name.includes('/') && !['', '.', '..'].includes(name)
}

/** Beside the seal of what lies in `root` there may be nothing (validateMetaDirectory, bundlediskrep.cpp). */
export function sealFolderProblems(bundle: string, root: string): readonly FrameworkProblem[] {
  const folder = posix.join(root, '_CodeSignature')
  if (!isFolder(join(bundle, folder))) return []
  return readdirSync(join(bundle, folder)).flatMap((name) => {
    const path = posix.join(folder, name)
    const found = lookAt(join(bundle, path))
    const isEmpty = name === 'CodeSignature' && found?.size === 0
    if (found?.isFile() === true && (name === 'CodeResources' || isEmpty)) return []
    return [structure(path, 'only `CodeResources` may lie there')]
  })
}

function readInfo(path: string): { readonly info: PlistDictionary; readonly detail?: string } {
  const bytes = readRegularFile(path)
  if (bytes === undefined) return { info: new Map(), detail: 'it is missing' }
  try {
    const info = readAnyPlist(bytes)
    const type = info.get('CFBundlePackageType')
    return type === 'FMWK' ? { info } : { info, detail: '`CFBundlePackageType` is not `FMWK`' }
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_PLIST_INVALID')) throw error
    return { info: new Map(), detail: error.message }
  }
}

/** codesign --strict judges every version. */
function versionProblems(framework: string, current: string): readonly FrameworkProblem[] {
  const folder = join(framework, 'Versions')
  const others = readdirSync(folder).filter(
    (name) =>
      name !== 'Current' &&
      name !== current &&
      !(name === '.DS_Store' && isPlainFile(join(folder, name))),
  )
  const detail = 'it is beside the current version, and not looked into'
  return others.map((name) => structure(`Versions/${name}`, detail))
}

/** Nothing there is sealed: links into the current version alone may be (validateFrameworkRoot, bundlediskrep.cpp). */
function rootProblems(
  framework: string,
  version: string,
  executable: string,
): readonly FrameworkProblem[] {
  const names = readdirSync(framework).filter((name) => name !== 'Versions')
  const odd = names.flatMap((name) => {
    const path = join(framework, name)
    if (['.DS_Store', 'module.map'].includes(name) && isPlainFile(path)) return []
    const target = linkAt(path)?.replace(/^\.\//, '')
    const isInVersion = [`Versions/Current/${name}`, `${version}/${name}`].includes(target ?? '')
    return isInVersion ? [] : [structure(name, `it is no link to \`Versions/Current/${name}\``)]
  })
  const lacking = [executable, 'Resources'].filter((name) => !names.includes(name))
  return [...odd, ...lacking.map((name) => structure(name, 'it is missing'))]
}

function linkAt(path: string): string | undefined {
  return lookAt(path)?.isSymbolicLink() === true ? readlinkSync(path) : undefined
}

function structure(path: string, detail: string): FrameworkProblem {
  return { path, kind: 'structure', detail }
}
