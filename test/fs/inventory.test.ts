import { chmodSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import {
  type FileRecord,
  type Inventory,
  inventorySize,
  logicalMode,
  recordFile,
  sortInventory,
} from '../../src/fs/inventory.ts'
import { walkFiles } from '../../src/fs/walk.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { sha256sum, writeFiles } from '../helpers/tree.ts'

describe('recordFile', () => {
  it.each([0, 1, 16, 17, 1000])('hashes %i bytes through a buffer of 16', (size) => {
    const directory = temporaryDirectory()
    writeFiles(directory, { file: Buffer.alloc(size, 'abc') })
    const path = join(directory, 'file')

    expect(recordFile(path, Buffer.alloc(16))).toEqual({
      mode: '0644',
      size,
      sha256: sha256sum(path),
    })
  })

  it.each([
    [0o755, '0755'],
    [0o700, '0755'],
    [0o641, '0755'],
    [0o666, '0644'],
    [0o400, '0644'],
  ])('knows mode %i as %s', (bits, mode) => {
    const directory = temporaryDirectory()
    writeFiles(directory, { file: '' })
    chmodSync(join(directory, 'file'), bits)

    expect(recordFile(join(directory, 'file'), Buffer.alloc(16)).mode).toBe(mode)
    expect(logicalMode(bits)).toBe(mode)
  })
})

describe('walkFiles', () => {
  it('finds every file at any depth, and does not follow links', () => {
    const directory = temporaryDirectory()
    writeFiles(directory, { a: '', 'b/c/d': '', 'b/.hidden': '' })

    expect([...walkFiles(directory)].map(({ path }) => path).toSorted()).toEqual([
      'a',
      'b/.hidden',
      'b/c/d',
    ])
  })
})

describe('sortInventory', () => {
  it('orders by code unit, the same on every machine', () => {
    const record = { mode: '0644', sha256: '', size: 1 } as const
    const inventory = new Map(['b', 'B', 'a', 'Ä', '_', '1'].map((path) => [path, record]))

    expect([...sortInventory(inventory).keys()].join('')).toBe('1B_abÄ')
  })
})

describe('inventorySize', () => {
  it('adds up files, and links as nothing', () => {
    const record = { mode: '0644', sha256: '', size: 7 } as const

    const inventory: Inventory = new Map<string, FileRecord>([
      ['a', record],
      ['b', record],
      ['c', { link: 'a' }],
    ])

    expect(inventorySize(inventory)).toBe(14)
  })
})
