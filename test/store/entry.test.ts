import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { openEntry, readEntry, readInventory } from '../../src/store/entry.ts'
import { listEntries } from '../../src/store/list.ts'
import { codeOf } from '../helpers/errors.ts'
import { makeHead, makeSmallEntry } from '../helpers/store.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { modeOf, sha256sum } from '../helpers/tree.ts'

describe('inventory.json', () => {
  it('has the head on the second line and one line per file, sorted', async () => {
    const { directory } = await makeSmallEntry(temporaryDirectory())

    const text = readFileSync(join(directory, 'inventory.json'), 'utf8')

    const [open, head, files, ...rest] = text.split('\n')
    expect(open).toBe('{')
    expect(head).toMatch(/^ {2}"head": \{"format":1,"pin":\{"id":"cpython-3\.14\.6.*\},$/)
    expect(files).toBe('  "files": {')
    expect(rest.map((line) => /^ {4}"(.*)": \{/.exec(line)?.[1])).toEqual([
      'bin/python3',
      'bin/python3.14',
      'lib/python3.14/it’s \\"odd\\", $1.txt',
      'lib/python3.14/os.py',
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    const body = text.slice(0, text.indexOf(',\n  "sha256"'))
    expect(rest.at(-3)).toBe(`  "sha256": "${createHash('sha256').update(body).digest('hex')}"`)
  })

  it('is JSON that tells each file as it is on disk', async () => {
    const { directory, prefix } = await makeSmallEntry(temporaryDirectory())

    const { files } = JSON.parse(readFileSync(join(directory, 'inventory.json'), 'utf8')) as {
      files: Record<string, unknown>
    }

    expect(files['bin/python3']).toEqual({ link: 'python3.14' })
    expect(files['bin/python3.14']).toEqual({
      mode: `0${modeOf(join(prefix, 'bin/python3.14'))}`,
      sha256: sha256sum(join(prefix, 'bin/python3.14')),
      size: 20,
    })
  })

  it('is read back', async () => {
    const entry = await makeSmallEntry(temporaryDirectory())

    const inventory = await readInventory(entry)

    expect([...inventory.keys()]).toHaveLength(4)
    expect(await readEntry(entry.directory)).toEqual({
      ...entry,
      head: { format: 1, ...makeHead() },
    })
  })
})

describe('openEntry', () => {
  it('finds an entry by its pin', async () => {
    const dataDir = temporaryDirectory()
    const { prefix } = await makeSmallEntry(dataDir)

    expect((await openEntry(dataDir, makeHead().pin))?.prefix).toBe(prefix)
  })

  it('tells that there is none', async () => {
    expect(await openEntry(temporaryDirectory(), makeHead().pin)).toBeUndefined()
  })

  it('takes a folder without inventory for none', async () => {
    const dataDir = temporaryDirectory()
    const { directory } = await makeSmallEntry(dataDir)
    rmSync(join(directory, 'inventory.json'))

    expect(await openEntry(dataDir, makeHead().pin)).toBeUndefined()
  })

  it('refuses an entry that was made from other inputs', async () => {
    const dataDir = temporaryDirectory()
    await makeSmallEntry(dataDir)
    const pin = { ...makeHead().pin, sha256: 'f'.repeat(64) }

    expect(await codeOf(() => openEntry(dataDir, pin))).toBe('PYEMBED_STORE_ENTRY_INVALID')
  })

  it.each([
    ['empty', () => ''],
    ['cut short', (text: string) => text.slice(0, -20)],
    ['another format', (text: string) => text.replace('"format":1', '"format":2')],
    ['not an object', () => 'null'],
    ['without files', (text: string) => text.replace('"files"', '"fils"')],
  ])('refuses an inventory that is %s', async (_, damage) => {
    const dataDir = temporaryDirectory()
    const { directory } = await makeSmallEntry(dataDir)
    const path = join(directory, 'inventory.json')
    writeFileSync(path, damage(readFileSync(path, 'utf8')))

    expect(await codeOf(() => openEntry(dataDir, makeHead().pin))).toBe(
      'PYEMBED_STORE_ENTRY_INVALID',
    )
  })
})

describe('listEntries', () => {
  it('counts files and bytes', async () => {
    const dataDir = temporaryDirectory()
    await makeSmallEntry(dataDir)

    const [listed, ...more] = await listEntries(dataDir)

    expect(more).toEqual([])
    expect(listed).toMatchObject({ files: 4, sizeBytes: 31, head: makeHead() })
  })

  it('is empty before the first entry', async () => {
    expect(await listEntries(temporaryDirectory())).toEqual([])
  })
})
