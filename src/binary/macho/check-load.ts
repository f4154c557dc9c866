import { type Bytes, bytesOf } from '../bytes.ts'
import { architectureOf, cpuTypes } from './architecture.ts'
import { checkProgram, loadDylinker, main } from './check-program.ts'
import { checkSegments } from './check-segments.ts'
import { commandSizes, isKnown, isSized } from './command-sizes.ts'
import type { LoadCommand } from './commands.ts'
import { readEditable } from './editable.ts'
import { executable, type MachoSlice, readPlaces, type SlicePlace, subtypeMask } from './macho.ts'
import { readRawCommands } from './raw-commands.ts'
import { codeSignature } from './room.ts'

export interface LoadProblem {
  readonly arch: string
  readonly detail: string
}

/** `MH_DYLIB`, `MH_BUNDLE`. */
const [library, bundle] = [6, 8]
/** `LC_UNIXTHREAD` */
const threadStart = 0x5
const dysymtab = 0xb
/** dyld refuses names that come twice in what was built with this SDK or a newer one: 15.0. */
const strictSdk = 0x0f0000
/** From this one on every file has an `LC_UUID`: 12.0. */
const uuidSdk = 0x0c0000
/** And from this one on every library loads another, as programs always did: 15.4. */
const loadingSdk = 0x0f0400
const uuid = 0x1b

/** Of which there is one at most. */
const singles = [...Object.keys(commandSizes).map(Number), 0xd, 0x32]

/**
 * Why dyld would not load a file, as far as its load commands tell (dyld's mach_o/UnsafeHeader.cpp, Image.cpp and
 * Policy.cpp).
 * @throws PYEMBED_BINARY_INVALID, PYEMBED_MACHO_UNSUPPORTED
 */
export function checkLoad(bytes: Buffer): readonly LoadProblem[] {
  const file = bytesOf(bytes)
  const { places } = readPlaces(file)
  return readEditable(file).slices.flatMap((slice, index) => {
    const arch = architectureOf(slice)
    const problems = [...checkPlace(slice, places[index]), ...checkSlice(file, slice)]
    return problems.map((detail) => ({ arch, detail }))
  })
}

/** What the header of a fat file says of a slice (dyld's mach_o/Universal.cpp: `validSlice`). */
function checkPlace(
  { cpu, cpuSubtype, offset }: MachoSlice,
  place?: SlicePlace,
): readonly string[] {
  const declared = place?.declared
  if (declared === undefined) return []
  const isSame = declared.cpu === cpu && declared.cpuSubtype === (cpuSubtype & subtypeMask) >>> 0
  const isAligned = offset % (cpu === cpuTypes.arm64 ? 0x4000 : 0x1000) === 0
  return [
    ...(isSame ? [] : ['the header of the fat file says it is for another processor']),
    ...(isAligned ? [] : ['it does not begin where a page of memory does']),
  ]
}

function checkSlice(file: Bytes, slice: MachoSlice): readonly string[] {
  const { cpu, fileType, commands, commandsSize } = slice
  const problems: string[] = []
  const expect = (isRight: boolean, detail: string): void => {
    if (!isRight) problems.push(detail)
  }
  const count = (command: number): number =>
    commands.filter((each) => each.command === command).length
  expect(Object.values<number>(cpuTypes).includes(cpu), 'no Mac has such a processor')
  expect([executable, library, bundle].includes(fileType), `its type ${fileType} is not loaded`)
  const used = commands.reduce((total, { size }) => total + size, 0)
  expect(used === commandsSize, 'its load commands have another size than it says')
  for (const { command, bytes } of readRawCommands(file, slice)) {
    const name = `0x${command.command.toString(16)}`
    expect(isKnown(command.command), `load command ${name} is none that is loaded`)
    expect(isSized(command.command, bytes), `load command ${name} has a wrong size`)
  }
  for (const command of singles) {
    expect(count(command) <= 1, `load command 0x${command.toString(16)} comes twice`)
  }
  const ids = commands.filter((each) => each.kind === 'dylib' && each.role === 'id').length
  expect(ids === (fileType === library ? 1 : 0), 'only a library has a name, `LC_ID_DYLIB`')
  expect(
    count(main) + count(threadStart) === (fileType === executable ? 1 : 0),
    'only a program begins somewhere',
  )
  expect(fileType !== executable || count(loadDylinker) === 1, 'it names no loader')
  expect(
    commands.some(({ kind }) => kind === 'version'),
    'it tells no oldest macOS',
  )
  const sdk = Math.max(0, ...commands.map((each) => (each.kind === 'version' ? each.sdk : 0)))
  expect(sdk < uuidSdk || count(uuid) === 1, 'it has no `LC_UUID`')
  expect(
    commands.some((each) => each.kind === 'dylib' && each.role !== 'id') ||
      (fileType !== executable && sdk < loadingSdk),
    'it loads no library, not even libSystem',
  )
  expect(cpu !== cpuTypes.arm64 || count(codeSignature) === 1, 'it is not signed, as arm64 asks')
  return [
    ...problems,
    ...checkNames(commands),
    ...checkProgram(file, slice),
    ...checkSymbols(file, slice),
    ...checkSegments(file, slice),
  ]
}

/** `LC_DYSYMTAB`: symbols of its own, those for others and those from others follow each other and are all. */
function checkSymbols(file: Bytes, slice: MachoSlice): readonly string[] {
  const count = slice.commands.find((each) => each.kind === 'symtab')?.symbolCount ?? 0
  const raw = readRawCommands(file, slice).find(({ command }) => command.command === dysymtab)
  if (raw === undefined || !isSized(dysymtab, raw.bytes)) return []
  let next = 0
  for (const at of [8, 16, 24]) {
    const [first, size] = [raw.bytes.readUInt32LE(at), raw.bytes.readUInt32LE(at + 4)]
    if (size > 0 && first !== next) return ['its symbols are not in order']
    next += size
  }
  return next === count ? [] : ['it has another number of symbols than it says']
}

function checkNames(commands: readonly LoadCommand[]): readonly string[] {
  const dylibs = commands.filter((each) => each.kind === 'dylib')
  const ids = dylibs.flatMap(({ role, name }) => (role === 'id' ? [name] : []))
  const loaded = dylibs.flatMap(({ role, name }) => (role === 'id' ? [] : [name]))
  const rpaths = commands.flatMap((each) => (each.kind === 'rpath' ? [each.path] : []))
  const isNew = commands.some((each) => each.kind === 'version' && each.sdk >= strictSdk)
  // No file of APFS has such a name.
  const broken = [...loaded, ...rpaths, ...ids].filter((name) => name.includes('\uFFFD'))
  return [
    ...broken.map((name) => `the name \`${name}\` is no UTF-8`),
    ...(isNew ? twice(loaded) : []).map((name) => `it loads \`${name}\` twice`),
    ...(isNew ? twice(rpaths) : []).map((path) => `its rpath \`${path}\` comes twice`),
  ]
}

function twice(names: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  const again = names.filter((name) => seen.has(name) || seen.add(name).size === 0)
  return [...new Set(again)]
}
