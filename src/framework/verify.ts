import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { bytesOf } from '../binary/bytes.ts'
import type { Macho } from '../binary/macho/macho.ts'
import { cdHashes } from '../binary/macho/signature/pages.ts'
import { hasErrorCode, PyEmbedError } from '../errors.ts'
import { isFolder, readRegularFile } from '../fs/regular-file.ts'
import { walkFiles } from '../fs/walk.ts'
import { compareText } from '../text/json.ts'
import { closureProblems } from './closure.ts'
import { codeProblems } from './code-problems.ts'
import type { Resource } from './code-resources.ts'
import { readCode } from './code.ts'
import { compareSeal } from './compare-resources.ts'
import { diskProblems } from './disk-problems.ts'
import { linkProblems, linksOf } from './link-problems.ts'
import { pinKey } from './info-plist.ts'
import type { FrameworkProblem } from './problem.ts'
import { readResources } from './read-resources.ts'
import { createRuleFinder, resourceRules } from './resource-rules.ts'
import { type FrameworkParts, readParts } from './structure.ts'
import { systemProblems } from './system-problems.ts'

export interface FrameworkVerification {
  readonly ok: boolean
  /** Files and links that were looked at. */
  readonly files: number
  readonly problems: readonly FrameworkProblem[]
}

/**
 * Judges a framework, whoever made it, as codesign and dyld would: its structure, what is sealed, every signature, and
 * where every load command leads. @throws PYEMBED_FRAMEWORK_UNFIT when it is not there
 */
export async function verifyFramework(
  framework: string,
  signal?: AbortSignal,
): Promise<FrameworkVerification> {
  if (!isFolder(framework)) {
    throw new PyEmbedError('PYEMBED_FRAMEWORK_UNFIT', `\`${framework}\` is no folder`, {
      hint: 'Name a framework: `pyembed framework verify dist/Python.framework`',
    })
  }
  const { parts, problems } = readParts(framework)
  const found = parts === undefined ? [] : await versionProblems(framework, parts, signal)
  const all = [...problems, ...found].sort(
    (a, b) => compareText(a.path, b.path) || compareText(a.kind, b.kind),
  )
  return { ok: all.length === 0, files: [...walkFiles(framework)].length, problems: all }
}

const filesPerTurn = 64

/** What is wrong in the folder that is sealed. */
async function versionProblems(
  framework: string,
  { version, executable, info }: FrameworkParts,
  signal: AbortSignal | undefined,
): Promise<readonly FrameworkProblem[]> {
  const root = join(framework, version)
  const textOf = (key: string): string | undefined => {
    const value = info.get(key)
    return typeof value === 'string' ? value : undefined
  }
  const signed = {
    identifier: textOf('CFBundleIdentifier') ?? '',
    infoPlist: readRegularFile(join(root, 'Resources', 'Info.plist')),
    codeResources: readRegularFile(join(root, '_CodeSignature', 'CodeResources')),
  }
  // pyembed leaves nothing behind the signature of the framework's own file.
  const isOurs = info.has(pinKey)
  const code = new Map<string, Macho>()
  const problems: FrameworkProblem[] = []
  const nested = new Map<string, readonly Buffer[]>()
  const findRule = createRuleFinder(resourceRules.rules2)
  const resources: Resource[] = []
  const look = (path: string, bytes: Buffer): void => {
    const macho = ifSound(() => readCode(bytes))
    const isOwn = path === executable
    if (macho !== undefined) {
      code.set(path, macho)
      problems.push(
        ...codeProblems(path, bytes, {
          signed: isOwn ? signed : undefined,
          harmless: isOwn && isOurs ? [] : ['padding'],
        }),
      )
    } else if (isOwn) problems.push(wrong(path, 'it is no code'))
    if (isOwn || findRule(path)?.nested !== true) return
    const hashes = macho === undefined ? [] : (ifSound(() => cdHashes(bytesOf(bytes))) ?? [])
    if (macho === undefined) problems.push(wrong(path, 'only code may lie there'))
    else if (hashes.length > 0) nested.set(path, hashes.map(cdHashOf))
  }
  for (const resource of readResources(root, look)) {
    if (resources.length % filesPerTurn === 0) await setImmediate()
    signal?.throwIfAborted()
    const hashes = nested.get(resource.path)
    resources.push(
      hashes === undefined ? resource : { path: resource.path, kind: 'nested', cdHashes: hashes },
    )
  }
  if (resources.every(({ path }) => path !== executable)) {
    problems.push({ path: executable, kind: 'missing', detail: 'it is not there' })
  }
  problems.push(
    ...compareSeal(signed.codeResources, resources, executable),
    ...linkProblems(root, resources),
    ...diskProblems(
      root,
      code,
      resources.map(({ path }) => path),
    ),
    ...closureProblems({ root, code, links: linksOf(resources) }),
    ...systemProblems(code, textOf('LSMinimumSystemVersion')),
  )
  return problems.map((problem) => ({ ...problem, path: `${version}/${problem.path}` }))
}

function cdHashOf({ cdHash }: { readonly cdHash: Buffer }): Buffer {
  return cdHash
}

/** Of damaged code the seal says that it changed; test data of packages may always have been that. */
function ifSound<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return undefined
    throw error
  }
}

function wrong(path: string, detail: string): FrameworkProblem {
  return { path, kind: 'structure', detail }
}
