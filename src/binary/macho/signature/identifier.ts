import { hash } from 'node:crypto'

import type { Bytes } from '../../bytes.ts'
import { readEditable } from '../editable.ts'

/**
 * What codesign calls code that is in no bundle, for an ad-hoc signature (Security's signer.cpp): the name of its file, and, where
 * that has no dot, what tells it from other files of that name.
 */
export function defaultIdentifier(fileName: string, file: Bytes): string {
  const name = canonicalName(fileName)
  if (name.includes('.')) return name
  const [slice] = readEditable(file).slices
  const uuid = slice?.commands.find((command) => command.kind === 'uuid')
  if (uuid?.kind === 'uuid') return `${name}-${Buffer.from('UUID').toString('hex')}${uuid.uuid}`
  const { offset = 0, headerSize = 0, commandsSize = 0 } = slice ?? {}
  const commands = file.read(offset + headerSize, commandsSize).bytes
  return `${name}-${hash('sha1', commands, 'hex')}`
}

/** Without an extension that is no number, and of numbers at the end with the first one: `libpython3` (diskrep.cpp). */
function canonicalName(fileName: string): string {
  const name = fileName.replace(/\.(?!\d)[^.]+$/, '')
  if (/^[\d.]/.test(name)) return name
  return name.replace(/(\.?\d*)[\d.]*$/, '$1')
}
