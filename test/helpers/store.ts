import type { EntryHead, StoreEntry } from '../../src/store/entry.ts'
import { makeEntry } from '../../src/store/stage.ts'

/** The head of a small entry. */
export function makeHead(changes: Partial<EntryHead> = {}): EntryHead {
  const key = 'cpython-3.14.6+20260610-x86_64-unknown-linux-gnu'
  return {
    pin: { id: `${key}-0123456789abcdef`, sha256: 'a'.repeat(64) },
    key,
    target: 'x86_64-unknown-linux-gnu',
    version: '3.14.6',
    build: '20260610',
    variant: 'default',
    packages: [{ name: 'numpy', version: '2.3.5' }],
    ...changes,
  }
}

/** A store entry of a few files and a link. */
export function makeSmallEntry(dataDir: string): Promise<StoreEntry> {
  const env = { dataDir, variables: process.env }
  return makeEntry(env, makeHead(), (writer) => {
    writer.writeFile('bin/python3.14', '0755', [Buffer.from('#!/bin/sh\necho 3.14\n')])
    writer.writeLink('bin/python3', 'python3.14')
    writer.writeFile('lib/python3.14/os.py', '0644', [Buffer.from('import sys\n')])
    writer.writeFile('lib/python3.14/it’s "odd", $1.txt', '0644', [Buffer.from('')])
    return Promise.resolve(() => Promise.resolve())
  })
}
