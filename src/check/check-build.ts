import { dirname, join, resolve } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { compareFiles } from '../fs/compare.ts'
import { prefixLayout } from '../platform/layout.ts'
import { parseTarget } from '../platform/target.ts'
import { checkBinaries } from './binaries.ts'
import { readCache } from './caches.ts'
import { commandUses } from './commands.ts'
import { readCompileCommands } from './compile-commands.ts'
import { readFileApi } from './file-api.ts'
import { readHeaders } from './headers.ts'
import { modelUses, type ModelUses } from './model-uses.ts'
import { createOwnership, type OwnerOf } from './ownership.ts'
import { openPinnedBuild, type PinnedBuild } from './pinned-build.ts'
import { pythonHeaders } from './python-files.ts'
import {
  type CheckReport,
  type Counts,
  type NestedBuild,
  problemsOf,
  pythonsOf,
  type Use,
} from './report.ts'
import { type BuildTree, readBuildTree, showPath } from './tree.ts'

export interface CheckOptions {
  /** The build directory of CMake. */
  readonly build: string
  /** Pythons elsewhere that the build may use, such as one that only generates code. */
  readonly allow?: readonly string[] | undefined
}

/**
 * Proves that a build uses the pinned Python and no other: how CMake generated it, how it was compiled, what it
 * left in the build directory, and what builds below did.
 * @throws PYEMBED_BUILD_NOT_PINNED, PYEMBED_FILE_API_MISSING, PYEMBED_CHECK_EMPTY
 */
export async function checkBuild(context: Context, options: CheckOptions): Promise<CheckReport> {
  const build = await openPinnedBuild(options.build)
  const tree = readBuildTree(build)
  const ownerOf = createOwnership(build, tree.roots, options.allow ?? [])

  const { configurations, nested, models, artifacts } = readModels(build, tree, ownerOf)
  const compiled = compileUses(build, tree, ownerOf)
  const commands = commandUses(build, tree, ownerOf)
  const cached = cacheUses(build, tree, ownerOf)
  const binaries = checkBinaries(build, [...new Set([...artifacts, ...tree.candidates])], ownerOf)
  const changed = await findChanged(build, context.signal)

  const uses: readonly Use[] = [
    ...models.flatMap((model) => model.uses),
    ...compiled.uses,
    ...headerUses(build, tree, ownerOf),
    ...commands.uses,
    ...cached.uses,
    ...treeUses(build, tree, ownerOf),
    ...binaries.uses,
  ]
  const counts = {
    targets: sum(models, 'targets'),
    includes: sum(models, 'includes') + compiled.includes,
    links: sum(models, 'links'),
    binaries: binaries.count,
    cacheEntries: cached.entries,
  }
  requireEvidence(build, counts, nested)
  const problems = [...problemsOf(uses), ...changed, ...binaries.unreadable]
  return {
    ok: problems.length === 0,
    buildDir: build.directory,
    pinId: build.head.pin.id,
    python: build.root,
    configurations,
    ...counts,
    nested,
    pythons: pythonsOf(uses),
    problems,
    notes: [
      ...tree.empty.map((path) => `${path}: an ExternalProject builds there, and has not yet`),
      ...nested
        .filter(({ fileApi }) => !fileApi)
        .map(({ path }) => `${path}: no File API reply, judged by what it left behind`),
      ...commands.undecided,
      ...binaries.undecided.map(
        (path) =>
          `${path}: no RPATH of it leads to the library of Python, so what loads it decides`,
      ),
    ],
  }
}

function readModels(build: PinnedBuild, tree: BuildTree, ownerOf: OwnerOf) {
  const main = readFileApi(build.directory)
  if (main === undefined) {
    throw new PyEmbedError(
      'PYEMBED_FILE_API_MISSING',
      `CMake has not described the build in \`${build.directory}\` yet`,
      {
        hint: `Before 3.27 CMake answers when it configures for the second time: cmake "${build.directory}"`,
      },
    )
  }
  const below = tree.builds
    .filter((directory) => directory !== build.directory)
    .map((directory) => ({
      directory,
      path: showPath(directory, build.directory),
      model: readFileApi(directory),
    }))
  const models: ModelUses[] = [modelUses(main, build.directory, '', ownerOf)]
  const artifacts = main.targets.flatMap((target) => target.artifacts)
  for (const { directory, path, model } of below) {
    if (model === undefined) continue
    models.push(modelUses(model, directory, path, ownerOf))
    artifacts.push(...model.targets.flatMap((target) => target.artifacts))
  }
  return {
    configurations: main.configurations,
    models,
    artifacts,
    nested: below.map(({ path, model }) => ({ path, fileApi: model !== undefined })),
  }
}

function compileUses(build: PinnedBuild, tree: BuildTree, ownerOf: OwnerOf) {
  const found = tree.compileCommands.map((path) => ({ path, includes: readCompileCommands(path) }))
  return {
    includes: found.reduce((total, { includes }) => total + includes.length, 0),
    uses: found.flatMap(({ path, includes }) =>
      includes.flatMap((directory) =>
        headerUse('include', showPath(path, build.directory), directory, ownerOf),
      ),
    ),
  }
}

function headerUses(build: PinnedBuild, tree: BuildTree, ownerOf: OwnerOf): readonly Use[] {
  return tree.dependencyLogs.flatMap((log) =>
    readHeaders(log).flatMap((directory) =>
      headerUse('header', showPath(log, build.directory), directory, ownerOf),
    ),
  )
}

function headerUse(
  source: 'include' | 'header',
  where: string,
  path: string,
  ownerOf: OwnerOf,
): readonly Use[] {
  const kind = pythonHeaders(path)
  const detail = source === 'header' ? 'a compiler read it' : ''
  return kind === undefined ? [] : [{ source, where, path, kind, owner: ownerOf(path), detail }]
}

function cacheUses(build: PinnedBuild, tree: BuildTree, ownerOf: OwnerOf) {
  const caches = tree.builds.map((directory) => ({ directory, ...readCache(directory) }))
  return {
    entries: caches.reduce((total, { entries }) => total + entries, 0),
    uses: caches.flatMap(({ directory, pythons }) =>
      pythons.map(({ variable, path, kind }): Use => ({
        source: 'cache',
        where: showPath(join(directory, 'CMakeCache.txt'), build.directory),
        path,
        kind,
        owner: ownerOf(path),
        detail: variable,
      })),
    ),
  }
}

function treeUses(build: PinnedBuild, tree: BuildTree, ownerOf: OwnerOf): readonly Use[] {
  return tree.pythons.map(({ path, kind }) => {
    const where = showPath(dirname(path), build.directory)
    return {
      source: 'tree',
      where,
      path,
      kind,
      owner: ownerOf(path),
      detail: 'it lies in the build directory',
    }
  })
}

/** What is linked, compiled against and run of the build Python is still what it was made from. */
async function findChanged(
  { root, head, inventory }: PinnedBuild,
  signal: AbortSignal | undefined,
) {
  const layout = prefixLayout({ ...head, target: parseTarget(head.target) })
  const { executable, library, importLibrary, sabiImportLibrary, include } = layout
  const key = new Set([executable, library, importLibrary, sabiImportLibrary])
  const files = [...inventory].filter(([path]) => key.has(path) || path.startsWith(`${include}/`))
  const differences = await compareFiles(root, new Map(files), signal)
  return differences.map(({ path, kind }) => ({
    kind: 'changed' as const,
    where: `python/${path}`,
    path: join(root, path),
    detail: `it is not what was installed (${kind})`,
  }))
}

/** Who looks at nothing finds nothing. */
function requireEvidence(
  { directory }: PinnedBuild,
  counts: Counts,
  nested: readonly NestedBuild[],
): void {
  const cures = {
    targets: 'The project adds no target yet',
    includes: 'No target compiles with an include directory: link one to `pyembed::Python`',
    links: 'No target links a library: link one to `pyembed::Python`',
    binaries: `Build first: cmake --build "${directory}"`,
  }
  const empty = (['targets', 'includes', 'links', 'binaries'] as const).find(
    (name) => counts[name] === 0,
  )
  if (empty === undefined) return
  const silent = nested.find(({ fileApi }) => !fileApi)
  const isBelow = silent !== undefined && empty !== 'binaries'
  throw new PyEmbedError(
    'PYEMBED_CHECK_EMPTY',
    `there are no ${empty} to check in \`${directory}\`, so nothing is proved`,
    {
      hint: isBelow
        ? `CMake has not described the build below: cmake "${resolve(directory, silent.path)}"`
        : cures[empty],
    },
  )
}

function sum(models: readonly ModelUses[], name: 'targets' | 'includes' | 'links'): number {
  return models.reduce((total, model) => total + model[name], 0)
}
