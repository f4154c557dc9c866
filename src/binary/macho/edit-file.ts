import { patchFile } from '../../fs/rewrite.ts'
import { withBytes } from '../bytes.ts'
import { planEdit, type SliceEdit } from './edit.ts'
import { planKeep } from './signature/keep.ts'

/**
 * Edits the load commands of a file, and its ad-hoc signature with them. Only what changes is read and written anew.
 * @returns whether anything changed
 */
export async function editMachoFile(path: string, edit: SliceEdit): Promise<boolean> {
  const patches = withBytes(path, (file) => {
    const edits = planEdit(file, edit)
    return [...edits, ...planKeep(file, edits)]
  })
  if (patches.length > 0) await patchFile(path, patches)
  return patches.length > 0
}
