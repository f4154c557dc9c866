import { bytesOf } from '../../src/binary/bytes.ts'
import { readMacho } from '../../src/binary/macho/macho.ts'
import { readSignature } from '../../src/binary/macho/signature/read.ts'
import { sealMacho, type SealOptions } from '../../src/binary/macho/signature/seal.ts'

/** Code as an identity of a team signs it, with a CMS message that says nothing. */
export function signAs(team: string, bytes: Buffer, options: SealOptions): Buffer {
  const names = `${options.identifier}|${team}`
  const signed = sealMacho(bytes, { ...options, identifier: names, padding: 'codesign' })
  const file = bytesOf(signed)
  for (const slice of readMacho(file).slices) {
    const signature = readSignature(file, slice)
    const cms = signature?.blobs.at(-1)
    if (signature === undefined || cms === undefined) throw new Error('it is not signed')
    const start = slice.offset + signature.offset
    for (const { blob, flags, identifierOffset } of signature.directories) {
      const at = start + blob.at
      const teamOffset = identifierOffset + options.identifier.length + 1
      signed.writeUInt8(0, at + teamOffset - 1)
      signed.writeUInt32BE(teamOffset, at + 48)
      // `CS_ADHOC`
      signed.writeUInt32BE(flags & ~0x2, at + 12)
    }
    const message = 'a message'
    signed.write(message, start + cms.at + 8)
    signed.writeUInt32BE(8 + message.length, start + cms.at + 4)
    signed.writeUInt32BE(signature.size + message.length, start + 4)
  }
  return signed
}
