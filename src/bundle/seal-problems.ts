import { posix } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { executable as programType, type MachoSlice } from '../binary/macho/macho.ts'
import { codeProblems } from '../framework/code-problems.ts'
import type { Resource } from '../framework/code-resources.ts'
import { compareSeal } from '../framework/compare-resources.ts'
import { linkProblems } from '../framework/link-problems.ts'
import type { FileReader } from '../fs/file-reader.ts'
import { readRegularFile } from '../fs/regular-file.ts'
import type { Bundle } from './bundles.ts'
import { textOf } from './layout.ts'
import type { BundleProblem } from './problem.ts'
import { readSealed } from './read-sealed.ts'
import { sealedFiles, sealPath } from './seal-bundle.ts'
import type { BundleTree } from './tree.ts'

const filesPerTurn = 64

/** What is wrong with the seal of a bundle and with the signatures of all code in it, but for bundles in it. */
export async function sealProblems(
  tree: BundleTree,
  bundle: Bundle,
  readFile: FileReader,
  signal: AbortSignal | undefined,
): Promise<readonly BundleProblem[]> {
  const { sealed, executable, info, ruleSet } = bundle
  const inApp = (path: string): string => posix.join(sealed, path)
  const read = (path: string): Buffer | undefined =>
    readRegularFile(posix.join(tree.app, sealed, path))
  const seal = read(sealPath)
  const signed = {
    infoPlist: read(bundle.infoPlist),
    codeResources: seal,
    identifier: textOf(info, 'CFBundleIdentifier'),
  }
  const problems: BundleProblem[] = []
  const look = (path: string, bytes: Buffer, isNested: boolean): void => {
    const isProgram = path === executable
    const code = tree.code.get(inApp(path))
    if (code !== undefined) {
      if (isProgram && isStarted(bundle) && !code.slices.every(isExecutable))
        problems.push(structure(path, 'it is a library, which cannot be started'))
      // What is a resource may be the main executable of a bundle that nobody looks at as one.
      const isResource = !isNested && !(isProgram && seal !== undefined)
      problems.push(
        ...codeProblems(path, bytes, {
          signed: isProgram ? signed : undefined,
          harmless: isResource ? ['padding', 'resource'] : ['padding'],
        }),
      )
    } else if (isProgram) problems.push(structure(path, 'it is no code'))
    else if (isNested) problems.push(structure(path, 'only code may lie there'))
  }
  const resources: Resource[] = []
  for (const resource of readSealed(tree.app, bundle, readFile, {
    look,
    sealed: sealedFiles(seal),
  })) {
    if (resources.length % filesPerTurn === 0) await setImmediate()
    signal?.throwIfAborted()
    resources.push(resource)
  }
  if (!resources.some(({ path }) => path === executable)) {
    problems.push({ path: executable, kind: 'missing', detail: 'it is not there' })
  }
  problems.push(
    ...compareSeal(seal, resources, executable, ruleSet),
    ...linksOut(tree, bundle, resources),
  )
  return problems.map((problem) => ({ ...problem, path: inApp(problem.path) }))
}

/** Links may lead into the bundles that are nested, too. */
function linksOut(
  { app, files, links }: BundleTree,
  { sealed, nested }: Bundle,
  resources: readonly Resource[],
): readonly BundleProblem[] {
  const isIn = (path: string): boolean => nested.some((each) => path.startsWith(`${each.path}/`))
  const rest = (path: string): string => path.slice(sealed === '' ? 0 : sealed.length + 1)
  const inner: Resource[] = [
    ...[...files].filter(isIn).map((path) => ({ path: rest(path), ...noFile })),
    ...[...links]
      .filter(([path]) => isIn(path))
      .map(([path, target]) => ({ path: rest(path), kind: 'link' as const, target })),
  ]
  const own = new Set(resources.map(({ path }) => path))
  // A bundle is sealed as one thing, and is a folder.
  const folders = new Set(nested.map(({ path }) => rest(path)))
  const others = resources.filter(({ path }) => !folders.has(path))
  return linkProblems(posix.join(app, sealed), [...others, ...inner]).filter(({ path }) =>
    own.has(path),
  )
}

const noFile = { kind: 'file', sha256: Buffer.alloc(0) } as const

/** Whether the system starts what is in a bundle, and does not load it into something else. */
function isStarted({ path }: Bundle): boolean {
  return path === '' || /\.(?:app|xpc|appex)$/.test(path)
}

function isExecutable({ fileType }: MachoSlice): boolean {
  return fileType === programType
}

function structure(path: string, detail: string): BundleProblem {
  return { path, kind: 'structure', detail }
}
