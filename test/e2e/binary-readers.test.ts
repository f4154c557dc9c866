import { execFileSync } from 'node:child_process'
import { basename, join } from 'node:path'

import { expect, it } from 'vitest'

import { withBytes } from '../../src/binary/bytes.ts'
import { readElf } from '../../src/binary/elf/elf.ts'
import type { BinaryFormat } from '../../src/binary/format.ts'
import type { LoadCommand } from '../../src/binary/macho/commands.ts'
import { readMacho } from '../../src/binary/macho/macho.ts'
import { readPe } from '../../src/binary/pe/pe.ts'
import { formatOf, holdsPython } from '../../src/check/python-files.ts'
import { walkFiles } from '../../src/fs/walk.ts'
import { sharedResult } from '../helpers/prefix.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds, targets } from './pythons.ts'

const every = builds.flatMap(({ build }) => targets.map((target) => ({ build, target })))
const linux = every.filter(({ target }) => target.includes('linux'))
const macos = every.filter(({ target }) => target.includes('apple'))
const windows = every.filter(({ target }) => target.includes('windows'))

/** Absolute paths of every binary of a shared prefix, as its first bytes tell. */
function binaries(build: string, target: string, format: BinaryFormat): readonly string[] {
  const { prefix } = sharedResult(build, target)
  return [...walkFiles(prefix)]
    .filter(({ isLink }) => !isLink)
    .map(({ path }) => join(prefix, path))
    .filter((path) => formatOf(path) === format)
}

/** What a tool prints of files, cut where the next one begins. */
function ask(
  command: readonly string[],
  paths: readonly string[],
  head: RegExp,
): readonly string[] {
  const [program = '', ...args] = command
  const text = execFileSync(program, [...args, ...paths], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return text.split(head).slice(1)
}

function all(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found)
}

describeWithTools(['readelf'], 'readElf', () => {
  it.each(linux)('reads what readelf reads of $build for $target', ({ build, target }) => {
    const paths = binaries(build, target, 'elf')
    const found = paths.map((path) => withBytes(path, readElf))

    const texts = ask(['readelf', '-hldW'], paths, /^File: /m)

    const expected = texts.map((text) => ({
      type: { EXEC: 'executable', DYN: 'shared', REL: 'object' }[
        all(text, /Type: +(\w+)/g)[0] ?? ''
      ],
      machine: text.includes('AArch64') ? 183 : 62,
      is64: true,
      endian: 'little',
      interpreter: all(text, /Requesting program interpreter: (.*)\]/g)[0],
      soname: all(text, /\(SONAME\).*\[(.*)\]/g)[0],
      needed: all(text, /\(NEEDED\).*\[(.*)\]/g),
      rpath: all(text, /\(RPATH\).*\[(.*)\]/g).flatMap((path) => path.split(':')),
      runpath: all(text, /\(RUNPATH\).*\[(.*)\]/g).flatMap((path) => path.split(':')),
    }))
    expect(paths.length).toBeGreaterThan(20)
    expect(found).toEqual(expected)
  })
})

describeWithTools(['llvm-readobj'], 'readPe', () => {
  it.each(windows)('reads what llvm-readobj reads of $build', ({ build, target }) => {
    const paths = binaries(build, target, 'pe')
    const found = paths.map((path) => withBytes(path, readPe))

    const texts = ask(['llvm-readobj', '--file-headers', '--coff-imports'], paths, /^File: /m)

    const expected = texts.map((text) => ({
      machine: Number(all(text, /^ +Machine: \w+ \((0x\w+)\)/gm)[0]),
      isDll: text.includes('IMAGE_FILE_DLL'),
      imports: all(text, /^Import \{\n +Name: (.*)/gm),
      delayImports: all(text, /^DelayImport \{\n +Name: (.*)/gm),
    }))
    expect(paths.length).toBeGreaterThan(30)
    expect(found).toMatchObject(expected)
    expect(found.some(({ delayImports }) => delayImports.length > 0)).toBe(build === '20260610')
  })
})

describeWithTools(['llvm-objdump', 'file'], 'readMacho', () => {
  it.each(macos)('reads what llvm-objdump reads of $build for $target', ({ build, target }) => {
    const paths = binaries(build, target, 'macho')
    const found = paths.map((path) => withBytes(path, readMacho))

    const texts = ask(
      ['llvm-objdump', '--macho', '--private-headers', '--arch', 'all'],
      paths,
      /^\/.*:\n(?=Mach header)/m,
    )

    expect(paths.length).toBeGreaterThan(20)
    // Among them is one of one architecture, which llvm-objdump shows as if it were thin.
    const told = execFileSync('file', ['--brief', ...paths], { encoding: 'utf8' })
    expect(found.map(({ isFat }) => isFat)).toEqual(
      all(told, /^(Mach-O .*)/gm).map((line) => line.includes('universal binary')),
    )
    for (const [index, text] of texts.entries()) {
      const { slices } = found[index] ?? { slices: [] }
      const parts = text.split(/^Mach header\n/m).slice(1)
      expect(slices.map(({ fileType }) => fileType)).toEqual(parts.map(fileTypeOf))
      expect(slices.map(({ commands }) => commands.map(describeCommand))).toEqual(
        parts.map((part) =>
          part
            .split(/^Load command \d+\n/m)
            .slice(1)
            .map(describeText),
        ),
      )
    }
  })
})

function fileTypeOf(text: string): number {
  return text.includes(' EXECUTE ') ? 2 : text.includes(' DYLIB ') ? 6 : 8
}

/** One load command in the words that {@link describeText} takes from llvm-objdump. */
function describeCommand(command: LoadCommand): object {
  const size = command.size
  switch (command.kind) {
    case 'dylib':
      return { size, role: command.role, name: command.name }
    case 'rpath':
      return { size, path: command.path }
    case 'segment': {
      const { name, address, memorySize, fileOffset, fileSize, sections } = command
      const places = sections.map((section) => [section.name, section.size, section.fileOffset])
      return { size, name, address, memorySize, fileOffset, fileSize, places }
    }
    case 'symtab': {
      const { symbolsOffset, symbolCount, stringsOffset, stringsSize } = command
      return { size, numbers: [symbolsOffset, symbolCount, stringsOffset, stringsSize] }
    }
    case 'linkedit':
      return { size, numbers: [command.dataOffset, command.dataSize] }
    case 'version':
      return { size, versions: [command.minimum, command.sdk].map(unpack) }
    case 'uuid':
      return { size, uuid: command.uuid }
    case 'other':
      return { size }
  }
}

const roles: Readonly<Record<string, string>> = {
  LC_LOAD_DYLIB: 'load',
  LC_ID_DYLIB: 'id',
  LC_LOAD_WEAK_DYLIB: 'weak',
  LC_REEXPORT_DYLIB: 'reexport',
  LC_LAZY_LOAD_DYLIB: 'lazy',
  LC_LOAD_UPWARD_DYLIB: 'upward',
}

function describeText(text: string): object {
  const field = (name: string, from = text): string =>
    all(
      from,
      new RegExp(`^ *${name} (.*?)(?: \\((?:offset \\d+|past end of file)\\))?$`, 'gm'),
    )[0] ?? ''
  const numbers = (...names: string[]): readonly number[] =>
    names.map((name) => Number(field(name)))
  const command = field('cmd')
  const size = Number(field('cmdsize'))
  const role = roles[command]
  if (role !== undefined) return { size, role, name: field('name') }
  if (command === 'LC_RPATH') return { size, path: field('path') }
  if (command.startsWith('LC_SEGMENT')) {
    const [head = '', ...sections] = text.split(/^Section\n/m)
    const [address, memorySize, fileOffset, fileSize] = numbers(
      'vmaddr',
      'vmsize',
      'fileoff',
      'filesize',
    )
    const places = sections.map((section) => [
      field('sectname', section),
      Number(field('size', section)),
      Number(field('offset', section)),
    ])
    return { size, name: field('segname', head), address, memorySize, fileOffset, fileSize, places }
  }
  if (command === 'LC_SYMTAB')
    return { size, numbers: numbers('symoff', 'nsyms', 'stroff', 'strsize') }
  if (text.includes('\n  dataoff ')) return { size, numbers: numbers('dataoff', 'datasize') }
  if (command === 'LC_BUILD_VERSION') return { size, versions: [field('minos'), field('sdk')] }
  if (command.startsWith('LC_VERSION_MIN'))
    return { size, versions: [field('version'), field('sdk')] }
  if (command === 'LC_UUID') return { size, uuid: field('uuid').replaceAll('-', '').toLowerCase() }
  return { size }
}

/** `11.0` of 0x000b0000. */
function unpack(version: number): string {
  const patch = version & 0xff
  const text = `${version >> 16}.${(version >> 8) & 0xff}`
  return version === 0 ? 'n/a' : patch === 0 ? text : `${text}.${patch}`
}

describeWithTools(['llvm-nm'], 'holdsPython', () => {
  it.each(every)(
    'knows the Pythons among the binaries of $build for $target',
    ({ build, target }) => {
      const formats = { linux: 'elf', apple: 'macho', windows: 'pe' } as const
      const format =
        Object.entries(formats).find(([system]) => target.includes(system))?.[1] ?? 'elf'
      const paths = binaries(build, target, format)
      const found = paths.filter((path) => withBytes(path, (bytes) => holdsPython(bytes, format)))

      // PE files have no symbols that nm reads.
      const texts =
        format === 'pe'
          ? ask(['llvm-readobj', '--coff-exports'], paths, /^File: /m)
          : paths.map((path) => nm(path))
      const definers = paths.filter((_, index) =>
        /^.*(?: [TD] _?|Name: )PyType_Ready$/m.test(texts[index] ?? ''),
      )
      expect(found).toEqual(definers)
      expect(found.map((path) => basename(path))).toContain(
        format === 'pe'
          ? `python${build === '20260610' ? '314' : '311'}.dll`
          : library(build, target),
      )
    },
  )
})

function nm(path: string): string {
  const flags = ['--defined-only', ...(formatOf(path) === 'elf' ? ['-D'] : [])]
  return execFileSync('llvm-nm', [...flags, path], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

function library(build: string, target: string): string {
  const name = `libpython${build === '20260610' ? '3.14' : '3.11'}`
  return target.includes('apple') ? `${name}.dylib` : `${name}.so.1.0`
}
