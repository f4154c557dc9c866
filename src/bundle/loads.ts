import { isOfSystem } from '../framework/loader-paths.ts'
import type { DylibCommand } from '../binary/macho/commands.ts'
import { type Chain, findLibrary, sliceFor } from './find-library.ts'
import type { BundleTree } from './tree.ts'

/** A load command, and where it leads. */
export interface Load {
  readonly path: string
  readonly role: DylibCommand['role']
  readonly name: string
  readonly isSystem: boolean
  /** In the app. */
  readonly found: string | undefined
}

/**
 * Follows the load commands of `starts` as dyld does when they are loaded into `program`, which is loaded first; each
 * file once, by whoever loads it first.
 */
export function followLoads(
  tree: BundleTree,
  program: string,
  starts: readonly string[],
  arch: string,
): ReadonlyMap<string, readonly Load[]> {
  const loads = new Map<string, readonly Load[]>()
  const follow = (first: Chain): void => {
    const queue: Chain[] = [first]
    for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) {
      const [path] = chain
      if (loads.has(path)) continue
      const found = loadsOf(tree, chain, arch)
      loads.set(path, found)
      for (const load of found) if (load.found !== undefined) queue.push([load.found, ...chain])
    }
  }
  follow([program])
  for (const start of starts) {
    if (sliceFor(tree, start, arch) !== undefined) follow([start, program])
  }
  return loads
}

/** In the order by which symbols say where they are from. */
function loadsOf(tree: BundleTree, chain: Chain, arch: string): readonly Load[] {
  const [path] = chain
  const commands = sliceFor(tree, path, arch)?.commands ?? []
  return commands.flatMap((command): readonly Load[] => {
    if (command.kind !== 'dylib' || command.role === 'id') return []
    const { role, name } = command
    const isSystem = isOfSystem(name)
    const found = isSystem ? undefined : findLibrary(tree, name, chain, arch)
    return [{ path, role, name, isSystem, found }]
  })
}
