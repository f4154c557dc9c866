import { dirname, join } from 'node:path'

import type { Bytes } from '../binary/bytes.ts'
import { type Elf, readElf } from '../binary/elf/elf.ts'
import type { BinaryFormat } from '../binary/format.ts'
import { readMacho } from '../binary/macho/macho.ts'
import { readPe } from '../binary/pe/pe.ts'

/** A library that a binary wants. */
export interface Load {
  /** As the binary names it. */
  readonly name: string
  /** Where a loader looks that knows nothing but the binary, in order. */
  readonly candidates: readonly string[]
}

export interface Loads {
  readonly isProgram: boolean
  readonly loads: readonly Load[]
}

/** What a binary at a path wants. @throws PYEMBED_BINARY_INVALID */
export function readLoads(bytes: Bytes, format: BinaryFormat, path: string): Loads {
  switch (format) {
    case 'elf':
      return elfLoads(bytes, dirname(path))
    case 'macho':
      return machoLoads(bytes, dirname(path))
    case 'pe':
      return peLoads(bytes, dirname(path))
    case 'archive':
      return { isProgram: false, loads: [] }
  }
}

/** Debian's names of architectures (Multiarch/Tuples) by `e_machine`, of those that python-build-standalone has. */
const multiarch: Readonly<Record<number, string>> = {
  3: 'i386-linux-gnu',
  21: 'powerpc64le-linux-gnu',
  22: 's390x-linux-gnu',
  40: 'arm-linux-gnueabihf',
  62: 'x86_64-linux-gnu',
  183: 'aarch64-linux-gnu',
  243: 'riscv64-linux-gnu',
}

/** Where loaders look last, on systems with glibc and musl. */
function systemDirectories({ machine, is64 }: Elf): readonly string[] {
  const tuple = multiarch[machine]
  return [
    ...(tuple === undefined ? [] : [`/lib/${tuple}`, `/usr/lib/${tuple}`]),
    '/usr/local/lib',
    ...(is64 ? ['/lib64', '/usr/lib64'] : []),
    '/lib',
    '/usr/lib',
  ]
}

function elfLoads(bytes: Bytes, origin: string): Loads {
  const elf = readElf(bytes)
  const { interpreter, needed, rpath, runpath } = elf
  const isProgram = interpreter !== undefined
  const searched = (runpath.length > 0 ? runpath : rpath)
    .map((directory) => directory.replaceAll(/\$(?:ORIGIN\b|\{ORIGIN\})/g, () => origin))
    .filter((directory) => directory.startsWith('/'))
  // A library is mostly found by the RPATH of the program that loads it, which comes first.
  const all = isProgram ? [...searched, ...systemDirectories(elf)] : searched
  return {
    isProgram,
    loads: needed.map((name) => ({
      name,
      candidates: name.includes('/')
        ? [join(name.startsWith('/') ? '/' : origin, name)]
        : all.map((directory) => join(directory, name)),
    })),
  }
}

const executable = 2

function machoLoads(bytes: Bytes, loader: string): Loads {
  const { slices } = readMacho(bytes)
  const isProgram = slices.some(({ fileType }) => fileType === executable)
  const expand = (path: string): readonly string[] => {
    if (path.startsWith('@loader_path/')) return [join(loader, path.slice(13))]
    if (path.startsWith('@executable_path/')) return isProgram ? [join(loader, path.slice(17))] : []
    return path.startsWith('@') ? [] : [path]
  }
  const loads = slices.flatMap(({ commands }) => {
    const rpaths = commands.flatMap((command) =>
      command.kind === 'rpath' ? expand(command.path) : [],
    )
    return commands.flatMap((command) => {
      if (command.kind !== 'dylib' || command.role === 'id') return []
      const { name } = command
      const candidates = name.startsWith('@rpath/')
        ? rpaths.map((directory) => join(directory, name.slice(7)))
        : expand(name)
      return [{ name, candidates }]
    })
  })
  return { isProgram, loads }
}

function peLoads(bytes: Bytes, directory: string): Loads {
  const { isDll, imports, delayImports } = readPe(bytes)
  const names = [...imports, ...delayImports]
  return {
    isProgram: !isDll,
    loads: names.map((name) => ({ name, candidates: [join(directory, name)] })),
  }
}
