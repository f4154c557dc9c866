import type { Bytes } from '../../bytes.ts'
import type { MachoSlice } from '../macho.ts'

/** The `Info.plist` that code in no bundle carries in a section; it is signed as a bundle's is. */
export function embeddedInfoPlist(
  file: Bytes,
  { offset, commands }: MachoSlice,
): Buffer | undefined {
  const sections = commands.flatMap((each) => (each.kind === 'segment' ? each.sections : []))
  const section = sections.find(
    ({ name, segment }) => segment === '__TEXT' && name === '__info_plist',
  )
  return section && file.read(offset + section.fileOffset, section.size).bytes
}
