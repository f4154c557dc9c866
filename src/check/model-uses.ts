import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

import { includesOf, splitCommand, withResponseFiles } from './command-line.ts'
import type { BuildModel, BuildTarget, Described } from './file-api.ts'
import { type LinkItem, linkItems } from './link-line.ts'
import type { OwnerOf } from './ownership.ts'
import { isPythonLibrary, isPythonLibraryName, pythonHeaders } from './python-files.ts'
import type { Use } from './report.ts'

export interface ModelUses {
  readonly targets: number
  readonly includes: number
  readonly links: number
  readonly uses: readonly Use[]
}

/** Looks at every include directory and library of every target of a build; `label` names a nested one. */
export function modelUses(
  model: BuildModel,
  directory: string,
  label: string,
  ownerOf: OwnerOf,
): ModelUses {
  let [targets, includes, links] = [0, 0, 0]
  const uses: Use[] = []
  for (const target of model.targets) {
    const places = includePlaces(target, directory)
    const items = linkPlaces(target, directory)
    includes += places.length
    links += items.length
    if (target.compileFlags.length + target.includes.length + items.length > 0) targets += 1
    else if (target.type.endsWith('LIBRARY') || target.type === 'EXECUTABLE') targets += 1
    const where = describe(target, label)
    for (const { text: path, from } of places) {
      const kind = pythonHeaders(path)
      if (kind !== undefined)
        uses.push({ source: 'include', where, path, kind, owner: ownerOf(path), detail: from })
    }
    for (const { path, from } of items) {
      const isFile = path.includes('/') || path.includes('\\')
      const isPython = isFile ? isPythonLibrary(path) : isPythonFlag(path)
      if (!isPython) continue
      const owner = isFile ? ownerOf(path) : 'foreign'
      uses.push({ source: 'link', where, path, kind: 'library', owner, detail: from })
    }
  }
  return { targets, includes, links, uses }
}

function describe({ name, configuration }: BuildTarget, label: string): string {
  const target = configuration === '' ? name : `${name} (${configuration})`
  return label === '' ? target : `${label}: ${target}`
}

function includePlaces(target: BuildTarget, directory: string): readonly Described[] {
  const locate = (path: string): string => resolve(directory, path)
  const flags = withResponseFiles(target.compileFlags.flatMap(splitCommand), locate)
  return [
    ...target.includes.map(({ text, from }) => ({ text: locate(text), from })),
    ...includesOf(flags).map((text) => ({ text: locate(text), from: 'compile flags' })),
  ]
}

interface LinkPlace {
  /** Absolute; or `-lNAME` as it is written when no directory of the line has it. */
  readonly path: string
  readonly from: string
}

function linkPlaces(target: BuildTarget, directory: string): readonly LinkPlace[] {
  // Ninja links in the build directory, Make in that of the target.
  const locate = (path: string): string => {
    const places = [path, path.replaceAll('$$', '$')].flatMap((text) => [
      resolve(directory, text),
      resolve(target.directory, text),
    ])
    return places.find((place) => existsSync(place)) ?? resolve(directory, path)
  }
  const line = target.linkFragments.flatMap(({ text, from }) =>
    splitCommand(text).map((word) => ({ word, from })),
  )
  const words = line.flatMap(({ word, from }) =>
    withResponseFiles([word], locate).map((text) => ({ text, from })),
  )
  const origin = (item: LinkItem): string => words[item.index]?.from ?? ''
  return linkItems(words.map(({ text }) => text)).map((item) => ({
    path: locateItem(item, locate) ?? item.text,
    from: origin(item),
  }))
}

function locateItem(
  { text, names, searched }: LinkItem,
  locate: (path: string) => string,
): string | undefined {
  const isPath = names.length === 0
  if (isPath && (/[/\\]/.test(text) || existsSync(locate(text)))) return locate(text)
  // Microsoft's linker looks for a plain name in its directories too.
  const places = searched.flatMap((folder) =>
    (isPath ? [text] : names).map((name) => locate(`${folder}/${name}`)),
  )
  return places.find((place) => existsSync(place)) ?? (isPath ? locate(text) : undefined)
}

/** `-lpython3.11` or `-l:libpython3.11.so.1.0`, found where the linker looks by itself. */
function isPythonFlag(flag: string): boolean {
  const name = flag.replace(/^-l/, '')
  return isPythonLibraryName(
    name.startsWith(':') ? name.slice(1) : `lib${name.replace(/^lib/, '')}.so`,
  )
}
