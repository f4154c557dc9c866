import { type Bytes, bytesOf } from '../bytes.ts'
import { editCommands, type MachoEdit, longestChoice } from './edit-commands.ts'
import { readEditable } from './editable.ts'
import type { MachoSlice } from './macho.ts'
import { applyPatches, type Patch } from './patch.ts'
import { type RawCommand, readRawCommands, renderHeader, sizeOf } from './raw-commands.ts'
import { commandRoom, noRoom, spareRoom } from './room.ts'

/** The same for every slice, or one for each: names may be in one slice only. */
export type SliceEdit = MachoEdit | ((slice: MachoSlice) => MachoEdit)

/**
 * What to write for an edit of the load commands. A name that is not there is passed over. The signature is not looked
 * at: `planKeep` or `sealMacho` comes next.
 * @throws PYEMBED_BINARY_INVALID, PYEMBED_MACHO_UNSUPPORTED, PYEMBED_MACHO_NO_ROOM, PYEMBED_MACHO_DUPLICATE
 */
export function planEdit(file: Bytes, edit: SliceEdit): readonly Patch[] {
  return readEditable(file).slices.flatMap((slice) => {
    const wanted = typeof edit === 'function' ? edit(slice) : edit
    const commands = readRawCommands(file, slice)
    const edited = fit(slice, commands, wanted)
    const isSame =
      edited.length === commands.length && edited.every((each, index) => each === commands[index])
    return isSame ? [] : [{ at: slice.offset, bytes: renderHeader(file, slice, edited) }]
  })
}

/** The file with an edit of its load commands, see {@link planEdit}. */
export function editMacho(bytes: Buffer, edit: SliceEdit): Buffer {
  return applyPatches(bytes, planEdit(bytesOf(bytes), edit))
}

/** The first choice of names that finds room; then with what nobody misses left out. */
function fit(
  slice: MachoSlice,
  commands: readonly RawCommand[],
  edit: MachoEdit,
): readonly RawCommand[] {
  const available = commandRoom(slice)
  const spare = spareRoom(slice.commands)
  const oldSize = sizeOf(commands)
  let least = Infinity
  for (const isReclaiming of [false, true]) {
    for (let choice = 0; choice < longestChoice(edit); choice++) {
      const edited = editCommands(commands, edit, { choice, isReclaiming })
      const size = sizeOf(edited)
      // What does not grow fits, however little room an odd file tells of.
      if (size <= oldSize || size + spare <= available) return edited
      least = Math.min(least, size + spare)
    }
  }
  throw noRoom(least, available)
}
