import { type Bytes, sliceBytes } from '../bytes.ts'
import type { MachoSlice } from './macho.ts'

/**
 * What of `__LINKEDIT` a load command points at, with an offset and a size at `field` of it; undefined without that
 * command, empty when it points at nothing. @throws PYEMBED_BINARY_INVALID
 */
export function linkeditData(
  file: Bytes,
  { offset, size, headerSize, commands }: MachoSlice,
  wanted: number,
  field: number,
): Buffer | undefined {
  const command = commands.find((each) => each.command === wanted)
  if (command === undefined) return undefined
  const slice = sliceBytes(file, offset, size)
  const fields = slice.read(headerSize + command.at, command.size)
  return slice.read(fields.u32(field), fields.u32(field + 4)).bytes
}
