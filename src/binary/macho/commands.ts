import { type Fields, invalidBinary } from '../bytes.ts'

/** A load command of a Mach-O file; what no one asks for yet is of kind `other`. */
export type LoadCommand = Place &
  (
    | DylibCommand
    | RpathCommand
    | SegmentCommand
    | SymtabCommand
    | LinkeditCommand
    | VersionCommand
    | UuidCommand
    | { readonly kind: 'other' }
  )

interface Place {
  /** `cmd` */
  readonly command: number
  /** From the first load command on. */
  readonly at: number
  /** `cmdsize` */
  readonly size: number
}

/** A library: the file's own name (`id`), or one that is loaded. */
export interface DylibCommand {
  readonly kind: 'dylib'
  readonly role: 'id' | 'load' | 'weak' | 'reexport' | 'lazy' | 'upward'
  readonly name: string
  /** Where the name begins in the command. */
  readonly nameOffset: number
  readonly timestamp: number
  readonly currentVersion: number
  readonly compatibilityVersion: number
}

export interface RpathCommand {
  readonly kind: 'rpath'
  readonly path: string
  readonly pathOffset: number
}

export interface SegmentCommand {
  readonly kind: 'segment'
  readonly name: string
  readonly address: number
  readonly memorySize: number
  readonly fileOffset: number
  readonly fileSize: number
  /** `maxprot` and `initprot`: `VM_PROT_READ` 1, `_WRITE` 2, `_EXECUTE` 4. */
  readonly protections: readonly [most: number, initial: number]
  readonly sections: readonly Section[]
}

export interface Section {
  readonly name: string
  readonly segment: string
  readonly address: number
  readonly size: number
  readonly fileOffset: number
  /** The low byte of `flags`: 1, 0xc and 0x12 have no bytes in the file. */
  readonly type: number
  /** The rest of `flags`. */
  readonly attributes: number
  /** `nreloc`: of objects; what is loaded has its relocations in `__LINKEDIT`. */
  readonly relocationCount: number
  readonly relocationOffset: number
}

export interface SymtabCommand {
  readonly kind: 'symtab'
  readonly symbolsOffset: number
  readonly symbolCount: number
  readonly stringsOffset: number
  readonly stringsSize: number
}

/** Data of `__LINKEDIT`, such as the code signature (command 0x1d). */
export interface LinkeditCommand {
  readonly kind: 'linkedit'
  readonly dataOffset: number
  readonly dataSize: number
}

/** The oldest system it runs on and what it was built with: `xxxx.yy.zz` packed into 32 bits. */
export interface VersionCommand {
  readonly kind: 'version'
  /** `PLATFORM_MACOS` 1, … ; of `LC_VERSION_MIN_MACOSX` too. */
  readonly platform: number
  readonly minimum: number
  readonly sdk: number
}

export interface UuidCommand {
  readonly kind: 'uuid'
  readonly uuid: string
}

const dylibRoles: Readonly<Record<number, DylibCommand['role']>> = {
  0xc: 'load',
  0xd: 'id',
  0x20: 'lazy',
  0x80000018: 'weak',
  0x8000001f: 'reexport',
  0x80000023: 'upward',
}
const rpath = 0x8000001c
const [segment32, segment64] = [0x1, 0x19]
const symtab = 0x2
const uuid = 0x1b
const versionMinMacos = 0x24
const buildVersion = 0x32
/** Code signature, split info, function starts, data in code, code-sign DRs, optimization hints, exports trie, chained fixups. */
const linkedit = new Set([0x1d, 0x1e, 0x26, 0x29, 0x2b, 0x2e, 0x80000033, 0x80000034])

/** Reads one command from its bytes. @throws PYEMBED_BINARY_INVALID */
export function readCommand(fields: Fields, at: number): LoadCommand {
  const command = fields.u32(0)
  const place = { command, at, size: fields.u32(4) }
  const role = dylibRoles[command]
  if (role !== undefined) return { ...place, ...readDylib(fields, role) }
  if (linkedit.has(command)) {
    const [dataOffset, dataSize] = [fields.u32(8), fields.u32(12)]
    return { ...place, kind: 'linkedit', dataOffset, dataSize }
  }
  switch (command) {
    case rpath: {
      const pathOffset = fields.u32(8)
      return { ...place, kind: 'rpath', path: textOf(fields, pathOffset, 12), pathOffset }
    }
    case segment32:
      return { ...place, ...readSegment(fields, false) }
    case segment64:
      return { ...place, ...readSegment(fields, true) }
    case symtab:
      return {
        ...place,
        kind: 'symtab',
        symbolsOffset: fields.u32(8),
        symbolCount: fields.u32(12),
        stringsOffset: fields.u32(16),
        stringsSize: fields.u32(20),
      }
    case uuid:
      if (fields.bytes.length < 24) throw invalidBinary('its UUID is cut off')
      return { ...place, kind: 'uuid', uuid: fields.bytes.toString('hex', 8, 24) }
    case versionMinMacos:
      return { ...place, kind: 'version', platform: 1, minimum: fields.u32(8), sdk: fields.u32(12) }
    case buildVersion:
      return {
        ...place,
        kind: 'version',
        platform: fields.u32(8),
        minimum: fields.u32(12),
        sdk: fields.u32(16),
      }
    default:
      return { ...place, kind: 'other' }
  }
}

function readDylib(fields: Fields, role: DylibCommand['role']): DylibCommand {
  const nameOffset = fields.u32(8)
  return {
    kind: 'dylib',
    role,
    name: textOf(fields, nameOffset, 24),
    nameOffset,
    timestamp: fields.u32(12),
    currentVersion: fields.u32(16),
    compatibilityVersion: fields.u32(20),
  }
}

/** The text that an offset of the command tells. It ends with the command, with a NUL or (older linkers) without. */
function textOf(fields: Fields, offset: number, smallest: number): string {
  if (offset < smallest || offset >= fields.bytes.length) throw invalidBinary('a name is missing')
  return upToNul(fields.bytes.subarray(offset))
}

function readSegment(fields: Fields, is64: boolean): SegmentCommand {
  const word = is64 ? fields.u64 : fields.u32
  const step = is64 ? 8 : 4
  const count = fields.u32(is64 ? 64 : 48)
  const [first, size] = is64 ? [72, 80] : [56, 68]
  if (first + count * size > fields.bytes.length) throw invalidBinary('a section is cut off')
  return {
    kind: 'segment',
    name: upToNul(fields.bytes.subarray(8, 24)),
    address: word(24),
    memorySize: word(24 + step),
    fileOffset: word(24 + 2 * step),
    fileSize: word(24 + 3 * step),
    protections: [fields.u32(24 + 4 * step), fields.u32(28 + 4 * step)],
    sections: Array.from({ length: count }, (_, index) => {
      const at = first + index * size
      return {
        name: upToNul(fields.bytes.subarray(at, at + 16)),
        segment: upToNul(fields.bytes.subarray(at + 16, at + 32)),
        address: word(at + 32),
        size: word(at + 32 + step),
        fileOffset: fields.u32(at + 32 + 2 * step),
        type: fields.u32(at + 32 + 2 * step + 16) & 0xff,
        attributes: fields.u32(at + 32 + 2 * step + 16) >>> 8,
        relocationOffset: fields.u32(at + 32 + 2 * step + 8),
        relocationCount: fields.u32(at + 32 + 2 * step + 12),
      }
    }),
  }
}

function upToNul(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}
