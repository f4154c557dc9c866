import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { withBytes } from '../../../src/binary/bytes.ts'
import { readElf } from '../../../src/binary/elf/elf.ts'
import { elfDefines } from '../../../src/binary/elf/symbols.ts'
import { temporaryDirectory } from '../../helpers/temporary.ts'
import { describeWithTools } from '../../helpers/tools.ts'

/** What linkers here make of each kind that python-build-standalone has: 32 bits, and the byte order of s390x. */
const kinds = [
  {
    target: 'i686-linux-gnu',
    linker: ['ld', '-m', 'elf_i386'],
    header: { machine: 3, is64: false, endian: 'little' },
  },
  {
    target: 'aarch64_be-linux-gnu',
    linker: ['aarch64-linux-gnu-ld', '-EB', '-m', 'aarch64linuxb'],
    header: { machine: 183, is64: true, endian: 'big' },
  },
] as const

describeWithTools(['clang', 'readelf', 'aarch64-linux-gnu-gcc'], 'ELF', () => {
  it.each(kinds)('of $target is read', ({ target, linker, header }) => {
    const root = temporaryDirectory('elf')
    const file = (name: string): string => join(root, name)
    writeFileSync(file('a.c'), 'int PyType_Ready(void) { return 0; }\n')
    writeFileSync(file('b.c'), 'int PyType_Ready(void);\nint b(void) { return PyType_Ready(); }\n')
    const [program, ...mode] = linker
    const link = (name: string, ...args: readonly string[]): void => {
      execFileSync('clang', [
        `--target=${target}`,
        '-fPIC',
        '-c',
        file(`${name}.c`),
        '-o',
        file(`${name}.o`),
      ])
      execFileSync(program, [
        ...mode,
        '-shared',
        '-soname',
        `lib${name}.so.1`,
        ...args,
        file(`${name}.o`),
        '-o',
        file(`lib${name}.so`),
      ])
    }
    link('a')
    link('b', '--disable-new-dtags', '-rpath', '$ORIGIN:/opt', file('liba.so'))

    const [a, b] = ['liba.so', 'libb.so'].map((name) =>
      withBytes(file(name), (bytes) => ({
        ...readElf(bytes),
        hasPython: elfDefines(bytes, 'PyType_Ready'),
      })),
    )

    expect(a).toMatchObject({ ...header, type: 'shared', soname: 'liba.so.1', hasPython: true })
    expect(b).toMatchObject({
      ...header,
      needed: ['liba.so.1'],
      rpath: ['$ORIGIN', '/opt'],
      runpath: [],
      hasPython: false,
    })
  })
})
