import { join } from 'node:path'

import { withBytes } from '../binary/bytes.ts'
import { readExports } from '../binary/macho/exports.ts'
import { type Import, ordinals, readImports } from '../binary/macho/imports.ts'
import type { MachoSlice } from '../binary/macho/macho.ts'
import type { Closure } from './closure.ts'
import { sliceFor } from './find-library.ts'
import type { Load } from './loads.ts'
import type { BundleProblem } from './problem.ts'
import type { BundleTree } from './tree.ts'

/** How many symbols were looked up in the app; those of macOS are not there to be looked at. */
export interface SymbolCounts {
  readonly checked: number
  readonly unchecked: number
}

/** What a library has to offer; `isOpen`: it passes on what macOS has, too. */
interface Offer {
  readonly names: ReadonlySet<string>
  readonly isOpen: boolean
}

/** Symbols that a library of the app does not have from which they are wanted. @throws PYEMBED_BINARY_INVALID */
export function symbolProblems(
  tree: BundleTree,
  { arch, program, loads }: Closure,
): SymbolCounts & { readonly problems: readonly BundleProblem[] } {
  const offers = createOffers(tree, arch, loads)
  const problems: BundleProblem[] = []
  let [checked, unchecked] = [0, 0]
  for (const [path, own] of loads) {
    const missing = new Map<string, string[]>()
    for (const each of readOf(tree, path, arch, readImports) ?? []) {
      if (each.library === ordinals.self || each.library === ordinals.weakest) continue
      const source = sourceOf(each, own, program)
      const offer = source === undefined ? undefined : offers(source)
      const isThere = offer === undefined ? offers.has(each.name) : offer.names.has(each.name)
      const isOpen = offer === undefined || offer.isOpen
      if (isThere) checked += 1
      else if (isOpen) unchecked += 1
      else {
        checked += 1
        if (!each.isWeak && source !== undefined) {
          missing.set(source, [...(missing.get(source) ?? []), each.name])
        }
      }
    }
    for (const [source, names] of missing) {
      const [first = '', ...others] = names
      const more = others.length === 0 ? '' : ` and ${others.length} more`
      const detail = `\`${first}\`${more} is not in \`${source}\` (${arch})`
      problems.push({ path, kind: 'symbol', detail })
    }
  }
  return { problems, checked, unchecked }
}

/** The file of the app that must have it; undefined when that is any, or one of macOS. */
function sourceOf({ library }: Import, own: readonly Load[], program: string): string | undefined {
  if (library === ordinals.program) return program
  return library > 0 ? own[library - 1]?.found : undefined
}

interface Offers {
  (path: string): Offer
  /** Whether anything that is loaded has a name. */
  readonly has: (name: string) => boolean
}

function createOffers(tree: BundleTree, arch: string, loads: Closure['loads']): Offers {
  const known = new Map<string, Offer>()
  const offers = (path: string): Offer => {
    const found = known.get(path)
    if (found !== undefined) return found
    const names = new Set(readOf(tree, path, arch, readExports))
    // What leads back to itself finds what is known so far.
    known.set(path, { names, isOpen: false })
    const passedOn = (loads.get(path) ?? []).filter(({ role }) => role === 'reexport')
    const inner = passedOn.map((load) =>
      load.found === undefined ? { names: [], isOpen: true } : offers(load.found),
    )
    for (const each of inner) for (const name of each.names) names.add(name)
    const offer = { names, isOpen: inner.some(({ isOpen }) => isOpen) }
    known.set(path, offer)
    return offer
  }
  let all: Set<string> | undefined
  const has = (name: string): boolean => {
    all ??= new Set([...loads.keys()].flatMap((path) => [...offers(path).names]))
    return all.has(name)
  }
  return Object.assign(offers, { has })
}

function readOf<T>(
  tree: BundleTree,
  path: string,
  arch: string,
  read: (file: Parameters<typeof readExports>[0], slice: MachoSlice) => T,
): T | undefined {
  const slice = sliceFor(tree, path, arch)
  return slice && withBytes(join(tree.app, path), (file) => read(file, slice))
}
