import { hash } from 'node:crypto'

import { bytesOf } from '../../bytes.ts'
import { readEditable } from '../editable.ts'

/**
 * What codesign calls code that is in no bundle, for an ad-hoc signature (Security's signer.cpp): the name of its file, and, where
 * that has no dot, what tells it from other files of that name.
 */
export function defaultIdentifier(fileName: string, bytes: Buffer): string {
  const name = canonicalName(fileName)
  if (name.includes('.')) return name
  const [slice] = readEditable(bytesOf(bytes)).slices
  const uuid = slice?.commands.find((command) => command.kind === 'uuid')
  if (uuid?.kind === 'uuid') return `${name}-${Buffer.from('UUID').toString('hex')}${uuid.uuid}`
  const [from, size] = [slice?.headerSize ?? 0, slice?.commandsSize ?? 0]
  const commands = bytes.subarray((slice?.offset ?? 0) + from, (slice?.offset ?? 0) + from + size)
  return `${name}-${hash('sha1', commands, 'hex')}`
}

/** Without an extension that is no number, and of numbers at the end with the first one: `libpython3` (diskrep.cpp). */
function canonicalName(fileName: string): string {
  const name = fileName.replace(/\.(?!\d)[^.]+$/, '')
  if (/^[\d.]/.test(name)) return name
  return name.replace(/(\.?\d*)[\d.]*$/, '$1')
}
