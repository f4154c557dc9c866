import { readdirSync } from 'node:fs'
import { basename, join, posix } from 'node:path'

import { isPlainFile } from '../framework/finder-files.ts'
import { flatRules, resourceRules, type RuleSet } from '../framework/resource-rules.ts'
import { readInfo } from '../framework/read-info.ts'
import { readParts, sealFolderProblems } from '../framework/structure.ts'
import { isFolder, lookAt, readRegularFile } from '../fs/regular-file.ts'
import type { PlistDictionary } from '../text/plist.ts'
import type { BundleProblem } from './problem.ts'

/** Where a bundle has what (bundlediskrep.cpp: `BundleDiskRep::setup`). */
export interface BundleLayout {
  readonly kind: 'app' | 'framework' | 'flat'
  /** The folder that is sealed, in the bundle: `Contents`, `Versions/A`, empty. */
  readonly root: string
  /** `CFBundleExecutable`, and `Info.plist`, which not all have: in the sealed folder */
  readonly executable: string
  readonly infoPlist: string
  readonly info: PlistDictionary
  /** Why nobody can tell what `Info.plist` says; then it is guessed where the code is, and nothing may be signed. */
  readonly fault: string | undefined
  /** What of it is sealed. */
  readonly ruleSet: RuleSet
}

/** The layout of a folder as far as it is a bundle, and what is wrong with it, by paths in the folder. */
export function readLayout(folder: string): {
  readonly layout: BundleLayout | undefined
  readonly problems: readonly BundleProblem[]
} {
  if (isFolder(join(folder, 'Versions'))) {
    const { parts, problems } = readParts(folder)
    if (parts === undefined) return { layout: undefined, problems }
    const { version: root, ...rest } = parts
    const infoPlist = 'Resources/Info.plist'
    return {
      layout: { kind: 'framework', root, infoPlist, ruleSet: resourceRules, ...rest },
      problems,
    }
  }
  const shape = shapeOf(folder)
  const isBundle =
    shape.kind === 'app' ||
    [shape.infoPlist, nameOf(folder)].some((name) => lookAt(join(folder, name))?.isFile() === true)
  if (isBundle) return plain(folder, shape)
  const detail = 'it is no bundle, which macOS takes a folder there with a dot in its name for'
  return { layout: undefined, problems: [{ path: '', kind: 'structure', detail }] }
}

/** Where a bundle without versions has what. */
type Shape = Pick<BundleLayout, 'kind' | 'root' | 'infoPlist' | 'ruleSet'> & {
  /** In the sealed folder. */
  readonly executables: string
}

const [modern, old, flat]: readonly [Shape, Shape, Shape] = [
  {
    kind: 'app',
    root: 'Contents',
    executables: 'MacOS',
    infoPlist: 'Info.plist',
    ruleSet: resourceRules,
  },
  {
    kind: 'flat',
    root: '',
    executables: '',
    infoPlist: 'Resources/Info.plist',
    ruleSet: resourceRules,
  },
  { kind: 'flat', root: '', executables: '', infoPlist: 'Info.plist', ruleSet: flatRules },
]

/** By the folders in it (CoreFoundation's `_CFBundleGetBundleVersionForURL`). */
function shapeOf(folder: string): Shape {
  if (isFolder(join(folder, 'Contents'))) return modern
  return isFolder(join(folder, 'Resources')) ? old : flat
}

/** What a bundle runs that does not say it. */
function nameOf(folder: string): string {
  return basename(folder).replace(/\.[^.]*$/, '')
}

export function textOf(info: PlistDictionary, key: string): string | undefined {
  const value = info.get(key)
  return typeof value === 'string' ? value : undefined
}

function plain(folder: string, { executables, ...shape }: Shape): ReturnType<typeof readLayout> {
  const { kind, root, infoPlist } = shape
  const path = posix.join(root, infoPlist)
  const bytes = readRegularFile(join(folder, path))
  const wrong = (detail: string, at = path): BundleProblem => ({
    path: at,
    kind: 'structure',
    detail,
  })
  if (bytes === undefined && kind === 'app') {
    return { layout: undefined, problems: [wrong('it is missing')] }
  }
  const programs = posix.join(root, executables)
  if (lookAt(join(folder, programs))?.isSymbolicLink() === true && kind === 'app') {
    // What is behind it is not of the bundle, and nobody's to sign.
    return { layout: undefined, problems: [wrong('it is a link, and no folder', programs)] }
  }
  const { info, name, fault } = readInfo(bytes)
  const guess = fault === undefined ? nameOf(folder) : guessProgram(folder, programs)
  const executable = posix.join(executables, name ?? guess)
  const problems = [
    ...(fault === undefined ? [] : [wrong(fault)]),
    ...(kind === 'app' ? rootProblems(folder) : []),
    ...sealFolderProblems(folder, root),
  ]
  return { layout: { ...shape, executable, info, fault }, problems }
}

/** The program of a bundle that cannot say it: of its name, or the only file there. */
function guessProgram(folder: string, programs: string): string {
  const named = nameOf(folder)
  const place = join(folder, programs)
  const names = isFolder(place) ? readdirSync(place).filter((name) => !name.startsWith('.')) : []
  const [only] = names
  return names.length !== 1 || only === undefined ? named : only
}

/** Nothing beside `Contents` is sealed: what Finder leaves there may be (BundleDiskRep::setup, bundlediskrep.cpp). */
function rootProblems(folder: string): readonly BundleProblem[] {
  return readdirSync(folder).flatMap((name) => {
    if (name === 'Contents' || (ofFinder.has(name) && isPlainFile(join(folder, name)))) return []
    const detail = 'only `Contents` may lie there'
    return [{ path: name, kind: 'structure' as const, detail }]
  })
}

const ofFinder = new Set(['.DS_Store', '.LSOverride', 'Icon\r', '.SoftwareDepot.tracking'])
