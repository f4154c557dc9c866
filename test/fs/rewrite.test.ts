import {
  chmodSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { patchFile, rewriteFile } from '../../src/fs/rewrite.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

const patches = [
  { at: 1, bytes: Buffer.from('LD') },
  { at: 7, bytes: Buffer.from('T') },
]

function makeFile(mode: number): string {
  const path = join(temporaryDirectory('rewrite'), 'file')
  writeFileSync(path, 'old content')
  chmodSync(path, mode)
  return path
}

describe.each([
  [
    'rewriteFile',
    (path: string) => rewriteFile(path, [Buffer.from('oLD '), Buffer.from('conTent')]),
  ],
  ['patchFile', (path: string) => patchFile(path, patches)],
])('%s', (_, rewrite) => {
  it.each([0o444, 0o755, 0o600])(
    'gives a file of mode %o other content in a new inode',
    async (mode) => {
      const path = makeFile(mode)
      const before = statSync(path)

      await rewrite(path)

      expect(readFileSync(path, 'utf8')).toBe('oLD conTent')
      const after = statSync(path)
      expect(after.mode & 0o7777).toBe(mode)
      expect(after.ino).not.toBe(before.ino)
      expect(readdirSync(dirname(path))).toEqual(['file'])
    },
  )

  it('leaves other names of the file their content', async () => {
    const path = makeFile(0o644)
    linkSync(path, `${path}2`)

    await rewrite(path)

    expect(readFileSync(`${path}2`, 'utf8')).toBe('old content')
  })

  it('writes to what a link names, which stays a link', async () => {
    const path = makeFile(0o644)
    symlinkSync('file', `${path}-link`)

    await rewrite(`${path}-link`)

    expect(lstatSync(`${path}-link`).isSymbolicLink()).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('oLD conTent')
  })
})

it('patchFile leaves the file alone when it cannot be written', async () => {
  const path = join(temporaryDirectory('rewrite'), 'file')
  writeFileSync(path, 'old content')

  const broken = {
    at: 4,
    get bytes(): Uint8Array {
      throw new Error('there is no more')
    },
  }
  await expect(patchFile(path, [{ at: 0, bytes: Buffer.from('x') }, broken])).rejects.toThrow(
    'there is no more',
  )

  expect(readFileSync(path, 'utf8')).toBe('old content')
  expect(readdirSync(dirname(path))).toEqual(['file'])
})
