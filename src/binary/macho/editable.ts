import { type Bytes, invalidBinary } from '../bytes.ts'
import { PyEmbedError } from '../../errors.ts'
import { type Macho, readMacho, readPlaces, type SlicePlace } from './macho.ts'

/** `MH_MAGIC`, `MH_CIGAM` and `MH_CIGAM_64` as a little-endian machine reads them: 32-bit, or big-endian. */
const refusedMagics: Readonly<Record<number, string>> = {
  0xfeedface: '32-bit',
  0xcefaedfe: '32-bit and big-endian',
  0xcffaedfe: 'big-endian',
}

/**
 * A Mach-O file that can be changed: 64-bit, little-endian, each slice with bytes of its own.
 * @throws PYEMBED_BINARY_INVALID, PYEMBED_MACHO_UNSUPPORTED
 */
export function readEditable(bytes: Bytes): Macho {
  refuseMagic(bytes, { offset: 0, size: bytes.size })
  const { places } = readPlaces(bytes)
  for (const place of places) refuseMagic(bytes, place)
  // What is written into one slice would change another.
  const sorted = places.toSorted((a, b) => a.offset - b.offset)
  for (const [index, { offset, size }] of sorted.entries()) {
    if (offset + size > (sorted[index + 1]?.offset ?? bytes.size)) {
      throw invalidBinary('its slices overlap')
    }
  }
  return readMacho(bytes)
}

export function unsupportedMacho(what: string, hint?: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_MACHO_UNSUPPORTED', what, { hint })
}

function refuseMagic(bytes: Bytes, { offset, size }: SlicePlace): void {
  if (size < 4) return
  const kind = refusedMagics[bytes.read(offset, 4).bytes.readUInt32LE(0)]
  if (kind === undefined) return
  throw unsupportedMacho(
    `it has ${kind} code`,
    'macOS runs such code no more: leave it out of the file (`lipo -remove`)',
  )
}
