import { readdirSync, readlinkSync } from 'node:fs'
import { basename, join, posix } from 'node:path'

import { isFolder, lookAt, readRegularFile } from '../fs/regular-file.ts'
import type { PlistDictionary } from '../text/plist.ts'
import { isPlainFile } from './finder-files.ts'
import type { FrameworkProblem } from './problem.ts'
import { readInfo } from './read-info.ts'

/** Where things are in a framework. */
export interface FrameworkParts {
  /** `Versions/A`, relative; the folder that is sealed */
  readonly version: string
  /** `CFBundleExecutable`: the file of the framework, in that folder */
  readonly executable: string
  readonly info: PlistDictionary
  /** Why nobody can tell what `Info.plist` says. */
  readonly fault: string | undefined
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
  const bytes = readRegularFile(join(framework, infoPath))
  const { info, name, fault } = readInfo(bytes)
  const executable = name ?? basename(framework, '.framework')
  const details = [
    ...(bytes === undefined ? ['it is missing'] : []),
    ...(fault === undefined ? [] : [fault]),
    ...(info.size > 0 && info.get('CFBundlePackageType') !== 'FMWK'
      ? ['`CFBundlePackageType` is not `FMWK`']
      : []),
  ]
  const problems = [
    ...details.map((detail) => structure(infoPath, detail)),
    ...versionProblems(framework, current),
    ...rootProblems(framework, version, executable),
    ...sealFolderProblems(framework, version),
  ]
  return { parts: { version, executable, info, fault }, problems }
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
