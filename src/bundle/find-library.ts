import { posix } from 'node:path'

import { architectureOf } from '../binary/macho/architecture.ts'
import type { MachoSlice } from '../binary/macho/macho.ts'
import { type BundleTree, codeAt } from './tree.ts'

/**
 * Who loads: the file itself, the one that loads that, and so on to the program. All their run-time paths count, the
 * own ones first (dyld’s Loader.cpp: `forEachResolvedAtPathVar`).
 */
export type Chain = readonly [string, ...string[]]

/** Where dyld finds a library that begins with `@`; undefined when it does not, in the app. */
export function findLibrary(
  tree: BundleTree,
  name: string,
  chain: Chain,
  arch: string,
): string | undefined {
  for (const place of placesOf(tree, name, chain, arch)) {
    const end = codeAt(tree, place)
    if (end !== undefined && sliceFor(tree, end, arch) !== undefined) return end
  }
  return undefined
}

/** The code of a file for a processor: that of arm64e also runs what is for arm64. */
export function sliceFor({ code }: BundleTree, path: string, arch: string): MachoSlice | undefined {
  const slices = code.get(path)?.slices ?? []
  const find = (wanted: string): MachoSlice | undefined =>
    slices.find((slice) => architectureOf(slice) === wanted)
  return find(arch) ?? (arch === 'arm64e' ? find('arm64') : undefined)
}

function placesOf(tree: BundleTree, name: string, chain: Chain, arch: string): readonly string[] {
  if (!name.startsWith('@rpath/')) return expand(name, chain[0], chain)
  const rest = name.slice('@rpath/'.length)
  return chain.flatMap((loader) => {
    const commands = sliceFor(tree, loader, arch)?.commands ?? []
    return commands.flatMap((each) =>
      each.kind === 'rpath'
        ? expand(each.path, loader, chain).map((folder) => `${folder}/${rest}`)
        : [],
    )
  })
}

function expand(name: string, loader: string, chain: Chain): readonly string[] {
  const [start = '', ...rest] = name.split('/')
  const bases: Readonly<Record<string, string>> = {
    '@loader_path': loader,
    '@executable_path': chain.at(-1) ?? loader,
  }
  const base = bases[start]
  return base === undefined ? [] : [[posix.dirname(base), ...rest].join('/')]
}
