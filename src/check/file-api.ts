import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { compareText } from '../text/json.ts'

/** A target in one configuration, as CMake generated it (cmake-file-api(7), codemodel version 2). */
export interface BuildTarget {
  readonly name: string
  /** Empty where a build has one configuration without a name. */
  readonly configuration: string
  readonly type: string
  readonly includes: readonly Described[]
  /** Flags of the compiler. */
  readonly compileFlags: readonly string[]
  /** Pieces of the link line, in order. */
  readonly linkFragments: readonly Described[]
  /** Absolute paths of what is built. */
  readonly artifacts: readonly string[]
  /** Where Makefiles link: relative paths begin there, for Ninja in the build directory. */
  readonly directory: string
}

/** A text and where in CMakeLists.txt it comes from; empty when CMake does not tell. */
export interface Described {
  readonly text: string
  readonly from: string
}

export interface BuildModel {
  readonly configurations: readonly string[]
  readonly targets: readonly BuildTarget[]
}

interface Index {
  readonly objects: readonly {
    readonly kind: string
    readonly version: { readonly major: number }
    readonly jsonFile: string
  }[]
}

interface TargetReply {
  readonly name: string
  readonly type: string
  readonly paths: { readonly build: string }
  readonly artifacts?: readonly { readonly path: string }[]
  readonly compileGroups?: readonly {
    readonly includes?: readonly { readonly path: string; readonly backtrace?: number }[]
    readonly frameworks?: readonly { readonly path: string; readonly backtrace?: number }[]
    readonly compileCommandFragments?: readonly { readonly fragment: string }[]
  }[]
  readonly link?: Fragments
  readonly archive?: Fragments
  readonly backtraceGraph: BacktraceGraph
}

interface Fragments {
  readonly commandFragments?: readonly { readonly fragment: string; readonly backtrace?: number }[]
}

interface BacktraceGraph {
  readonly commands: readonly string[]
  readonly files: readonly string[]
  readonly nodes: readonly {
    readonly file: number
    readonly line?: number
    readonly command?: number
  }[]
}

interface Codemodel {
  readonly configurations: readonly {
    readonly name: string
    readonly targets: readonly { readonly jsonFile: string }[]
  }[]
}

/** What CMake says of a build; undefined when it was not asked. @throws PYEMBED_FILE_API_MISSING when the answer cannot be read */
export function readFileApi(directory: string): BuildModel | undefined {
  const replies = join(directory, '.cmake', 'api', 'v1', 'reply')
  const index = list(replies)
    .filter((name) => name.startsWith('index-'))
    .sort(compareText)
    .at(-1)
  if (index === undefined) return undefined
  try {
    const read = (name: string): unknown => JSON.parse(readFileSync(join(replies, name), 'utf8'))
    const { objects } = read(index) as Index
    const codemodel = objects.find(
      ({ kind, version }) => kind === 'codemodel' && version.major === 2,
    )
    if (codemodel === undefined) return undefined
    const { configurations } = read(codemodel.jsonFile) as Codemodel
    return {
      configurations: configurations.map(({ name }) => name),
      targets: configurations.flatMap(({ name, targets }) =>
        targets.map(({ jsonFile }) =>
          describeTarget(read(jsonFile) as TargetReply, name, directory),
        ),
      ),
    }
  } catch (error) {
    throw new PyEmbedError(
      'PYEMBED_FILE_API_MISSING',
      `CMake’s description of \`${directory}\` in \`${replies}\` cannot be read`,
      { hint: `Configure it again: cmake "${directory}"`, cause: error },
    )
  }
}

function describeTarget(reply: TargetReply, configuration: string, directory: string): BuildTarget {
  const { backtraceGraph: graph, compileGroups = [], link, archive } = reply
  const describe = (text: string, node: number | undefined): Described => ({
    text,
    from: node === undefined ? '' : describeOrigin(graph, node),
  })
  const fragments = [...(link?.commandFragments ?? []), ...(archive?.commandFragments ?? [])]
  return {
    name: reply.name,
    configuration,
    type: reply.type,
    includes: compileGroups.flatMap(({ includes = [], frameworks = [] }) => [
      ...includes.map(({ path, backtrace }) => describe(path, backtrace)),
      ...frameworks.map(({ path, backtrace }) => describe(`${path}/Headers`, backtrace)),
    ]),
    compileFlags: compileGroups.flatMap(({ compileCommandFragments = [] }) =>
      compileCommandFragments.map(({ fragment }) => fragment),
    ),
    linkFragments: fragments.map(({ fragment, backtrace }) => describe(fragment, backtrace)),
    artifacts: (reply.artifacts ?? []).map(({ path }) => resolve(directory, path)),
    directory: resolve(directory, reply.paths.build),
  }
}

function describeOrigin({ nodes, files, commands }: BacktraceGraph, index: number): string {
  const node = nodes[index]
  if (node?.line === undefined) return ''
  const command = node.command === undefined ? '' : ` ${commands[node.command]}()`
  return `${files[node.file]}:${node.line}${command}`
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return []
    throw error
  }
}
