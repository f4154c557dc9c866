import { archiveDefines } from '../../src/binary/ar/ar.ts'
import { type Bytes, bytesOf } from '../../src/binary/bytes.ts'
import { readElf } from '../../src/binary/elf/elf.ts'
import { elfDefines } from '../../src/binary/elf/symbols.ts'
import { readMacho } from '../../src/binary/macho/macho.ts'
import { machoDefines } from '../../src/binary/macho/symbols.ts'
import { peExports, readPe } from '../../src/binary/pe/pe.ts'
import { makeArchive, makeElf, makeFatMacho, makeMacho, makePe } from '../helpers/binaries.ts'
import type { Kind } from './kinds.ts'
import { editedMachoKinds } from './macho-inputs.ts'
import { mutateBytes } from './mutate.ts'

const name = 'PyType_Ready'

/** Programs and libraries, small ones made for it, whose every number may be wrong. */
export function binaryKinds(): readonly Kind[] {
  return [
    binaryKind('elf', [makeElf()], (bytes) => {
      readElf(bytes)
      elfDefines(bytes, name)
    }),
    binaryKind('pe', [makePe()], (bytes) => {
      readPe(bytes)
      peExports(bytes, name)
    }),
    binaryKind('macho', [makeMacho(), makeFatMacho()], (bytes) => {
      readMacho(bytes)
      machoDefines(bytes, name)
    }),
    ...editedMachoKinds(),
    binaryKind('ar', [makeArchive()], (bytes) => void archiveDefines(bytes, name)),
  ]
}

function binaryKind(kind: string, inputs: readonly Buffer[], read: (bytes: Bytes) => void): Kind {
  return {
    name: kind,
    seeds: inputs.map((data, index) => ({ name: `${kind}-${index}`, data })),
    mutate: mutateBytes,
    read: ({ data }) => read(bytesOf(data)),
  }
}
