import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { readMachoMinimum } from '../../../src/binary/macho/minimum.ts'
import { temporaryDirectory } from '../../helpers/temporary.ts'

const [x86, arm] = [0x01000007, 0x0100000c]

/** A Mach-O of one load command before the one that tells the oldest macOS (mach-o/loader.h). */
function thin(cpu: number, command: 'build' | 'minimum' | undefined, version: number): Buffer {
  const told = { build: [0x32, 24, 1, version, 0, 0], minimum: [0x24, 16, version, 0] }
  const commands = [0x1b, 24, 0, 0, 0, 0, ...(command === undefined ? [] : told[command])]
  return words('LE', [0xfeedfacf, cpu, 0, 6, 2, commands.length * 4, 0, 0, ...commands])
}

function fat(slices: readonly (readonly [cpu: number, content: Buffer])[]): Buffer {
  const archs = slices.map(([cpu, { length }], index) => [cpu, 0, 4096 * (index + 1), length, 12])
  const head = words('BE', [0xcafebabe, slices.length, ...archs.flat()])
  const parts = [head, ...slices.map(([, content]) => content)]
  return Buffer.concat(parts.map((part) => Buffer.concat([part, Buffer.alloc(4096 - part.length)])))
}

function words(order: 'LE' | 'BE', values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) buffer[`writeUInt32${order}`](value, index * 4)
  return buffer
}

const universal = fat([
  [x86, thin(x86, 'minimum', 0x000a0900)],
  [arm, thin(arm, 'build', 0x000b0000)],
])

it.each([
  ['LC_BUILD_VERSION', thin(arm, 'build', 0x000e0000), 'aarch64', '14.0'],
  ['LC_VERSION_MIN_MACOSX', thin(x86, 'minimum', 0x000a0f07), 'x86_64', '10.15.7'],
  ['the slice of the architecture', universal, 'aarch64', '11.0'],
  ['the other slice', universal, 'x86_64', '10.9'],
  ['no other architecture', thin(arm, 'build', 0x000e0000), 'x86_64', undefined],
  ['nothing where no command tells', thin(arm, undefined, 0), 'aarch64', undefined],
  ['no Java class', words('BE', [0xcafebabe, 52, 0, 0]), 'x86_64', undefined],
  ['no cut header', thin(arm, 'build', 0x000e0000).subarray(0, 20), 'aarch64', undefined],
  ['no cut commands', thin(arm, 'build', 0x000e0000).subarray(0, 60), 'aarch64', undefined],
  ['no empty file', Buffer.alloc(0), 'aarch64', undefined],
  ['no text', Buffer.from('#!/bin/sh\necho hello\n'), 'aarch64', undefined],
] as const)('readMachoMinimum reads %s', (name, content, arch, expected) => {
  const path = join(temporaryDirectory('macho'), name)
  writeFileSync(path, content)

  expect(readMachoMinimum(path, arch)).toBe(expected)
})
