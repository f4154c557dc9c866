import type { Bytes } from '../bytes.ts'
import { cpuTypes } from './architecture.ts'
import type { LoadCommand, Section, SegmentCommand } from './commands.ts'
import { linkeditChunks } from './linkedit.ts'
import type { MachoSlice } from './macho.ts'

type Segment = LoadCommand & SegmentCommand

/** `S_ZEROFILL`, `S_THREAD_LOCAL_ZEROFILL`. */
const [zeroFill, threadZeroFill] = [0x1, 0x12]

/** `VM_PROT_WRITE` and `VM_PROT_EXECUTE`. */
const writeAndRun = 6

/** What is wrong with the segments of a slice, their sections and what `__LINKEDIT` holds. */
export function checkSegments(file: Bytes, slice: MachoSlice): readonly string[] {
  const segments = slice.commands.filter((each): each is Segment => each.kind === 'segment')
  const text = segments.find(({ name }) => name === '__TEXT')
  const linkedit = segments.find(({ name }) => name === '__LINKEDIT')
  if (text === undefined || linkedit === undefined) return ['it has no `__TEXT` or `__LINKEDIT`']
  const headerEnd = slice.headerSize + slice.commandsSize
  const isFirst = text.fileOffset === 0 && text.fileSize >= headerEnd
  return [
    ...(isFirst ? [] : ['its `__TEXT` does not hold the load commands']),
    ...segments.flatMap((segment) => checkSegment(slice, segment)),
    ...overlaps(segments.map(({ name, address, memorySize }) => [name, address, memorySize])),
    ...overlaps(segments.map(({ name, fileOffset, fileSize }) => [name, fileOffset, fileSize])),
    ...segments.flatMap(({ sections }) =>
      overlaps(sections.filter(takesBytes).map((each) => [each.name, each.fileOffset, each.size])),
    ),
    ...checkLinkedit(file, slice, linkedit),
  ]
}

function checkSegment(slice: MachoSlice, segment: Segment): readonly string[] {
  const { name, address, memorySize, fileOffset, fileSize, sections, size } = segment
  // Pages are what is mapped: those of x86_64 have 4 KiB.
  const page = slice.cpu === cpuTypes.x86_64 ? 0x1000 : 0x4000
  const faults = [
    fileOffset + fileSize > slice.size && 'leaves the file',
    fileSize > memorySize && 'has more bytes in the file than in memory',
    !Number.isSafeInteger(address + memorySize) && 'leaves the memory',
    (address % page !== 0 || (fileSize > 0 && fileOffset % page !== 0)) && 'begins inside a page',
    isProtected(segment) || 'may be written or run as none of its name may',
    slice.cpu === cpuTypes.arm64 &&
      isWrittenAndRun(segment) &&
      'may be written and run, which arm64 does not map',
    size !== 72 + 80 * sections.length && 'has another number of sections than it says',
    ...sections.map((section) => sectionFault(segment, section, slice)),
  ]
  return faults.flatMap((fault) => (typeof fault === 'string' ? [`\`${name}\` ${fault}`] : []))
}

/** `__TEXT` is read and run, `__LINKEDIT` read; others as they like, but for unknown bits. */
function isProtected({ name, protections }: Segment): boolean {
  const [most, initial] = protections
  if (most > 7 || initial > 7) return false
  if (name === '__TEXT') return initial === 5
  return name !== '__LINKEDIT' || initial === 1
}

/** The kernel of arm64 has no such memory (xnu's `vm_map_enter`), but for JITs, which ask for theirs. */
function isWrittenAndRun({ memorySize, protections: [, initial] }: Segment): boolean {
  return memorySize > 0 && (initial & writeAndRun) === writeAndRun
}

function takesBytes({ type, size }: Section): boolean {
  return type !== zeroFill && type !== threadZeroFill && size > 0
}

function sectionFault(
  { address, memorySize, fileOffset, fileSize }: Segment,
  section: Section,
  { headerSize, commandsSize }: MachoSlice,
): string | false {
  const [from, size] = [section.address - address, section.size]
  if (from < 0 || from + size > memorySize) return `does not hold its section \`${section.name}\``
  if (section.relocationCount + section.relocationOffset > 0) {
    return `has relocations of its section \`${section.name}\``
  }
  if (!takesBytes(section)) {
    const isOdd = size > 0 && section.attributes > 0
    return isOdd && `says what \`${section.name}\` holds, of which the file has nothing`
  }
  const isPlaced = section.fileOffset - fileOffset === from && from + size <= fileSize
  if (!isPlaced) return `has its section \`${section.name}\` elsewhere in the file`
  const isFree = section.fileOffset >= headerSize + commandsSize
  return !isFree && `has its section \`${section.name}\` where the load commands are`
}

/** dyld wants them inside and none over another; codesign, that the signature is last. */
function checkLinkedit(file: Bytes, slice: MachoSlice, linkedit: Segment): readonly string[] {
  const chunks = linkeditChunks(file, slice)
  const end = linkedit.fileOffset + linkedit.fileSize
  const outside = chunks.filter(({ offset, size }) =>
    size > 0 ? offset < linkedit.fileOffset || offset + size > end : offset > slice.size,
  )
  const signature = chunks.find(({ name, size }) => name === 'code signature' && size > 0)
  return [
    ...outside.map(({ name }) => `its ${name} are not in \`__LINKEDIT\``),
    ...overlaps(chunks.map(({ name, offset, size }) => [name, offset, size])),
    ...(signature !== undefined && signature.offset % 16 !== 0
      ? ['its signature is not aligned']
      : []),
    ...(signature !== undefined && end - signature.offset - signature.size > 15
      ? ['its signature is not at the end']
      : []),
  ]
}

function overlaps(
  ranges: readonly (readonly [name: string, from: number, size: number])[],
): readonly string[] {
  const sorted = ranges.filter(([, , size]) => size > 0).toSorted(([, a], [, b]) => a - b)
  return sorted.flatMap(([name, from, size], index) => {
    const [next, start] = sorted[index + 1] ?? ['', Infinity]
    return from + size > start ? [`its ${name} and ${next} overlap`] : []
  })
}
