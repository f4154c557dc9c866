import { appendFileSync, copyFileSync } from 'node:fs'
import { basename } from 'node:path'

import { expect, it } from 'vitest'

import { ensureParts } from '../../src/install/part-job.ts'
import { parseTarget } from '../../src/platform/target.ts'
import { codeOf } from '../helpers/errors.ts'
import { makeOddArchive } from '../helpers/tar.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree, sha256sum } from '../helpers/tree.ts'
import { makeWheel } from '../helpers/wheel.ts'

const kind = {
  target: parseTarget('x86_64-unknown-linux-gnu'),
  version: '3.14.6',
  variant: 'default',
} as const

async function unpack(cacheDir: string, path: string, sha256 = sha256sum(path)): Promise<unknown> {
  const file = { path, name: basename(path), sha256 }
  const isArchive = !path.endsWith('.whl')
  const sources = [{ kind, file, isArchive, pip: undefined }]
  return ensureParts(sources, { cacheDir, variables: process.env })
}

it.each([
  ['PYEMBED_ARCHIVE_PATH_OUTSIDE', { name: 'python/../../evil' }],
  ['PYEMBED_ARCHIVE_LINK_OUTSIDE', { name: 'python/x', type: '2', linkname: '../evil' }],
  ['PYEMBED_ARCHIVE_HARD_LINK', { name: 'python/x', type: '1', linkname: 'python/first' }],
  ['PYEMBED_ARCHIVE_DUPLICATE', { name: 'python/FIRST' }],
])('keeps nothing of an archive that is refused with %s', async (code, entry) => {
  const cacheDir = temporaryDirectory('cache')
  const archive = makeOddArchive([{ name: 'python/bin/python3' }, entry])

  expect(await codeOf(() => unpack(cacheDir, archive))).toBe(code)
  expect(listTree(cacheDir)).toEqual([])
})

it.each([
  ['followed by garbage', (path: string) => appendFileSync(path, 'garbage')],
  ['another one', (path: string) => copyFileSync(makeOddArchive([{ name: 'python/aux' }]), path)],
])('knows a damaged copy that is %s from an archive to refuse', async (_, damage) => {
  const archive = makeOddArchive([])
  const sha256 = sha256sum(archive)
  damage(archive)

  await expect(unpack(temporaryDirectory('cache'), archive, sha256)).rejects.toMatchObject({
    code: 'PYEMBED_CHECKSUM_MISMATCH',
    damaged: archive,
  })
})

it('keeps nothing of a wheel that is refused', async () => {
  const cacheDir = temporaryDirectory('cache')
  const wheel = makeWheel(temporaryDirectory(), { files: { 'demo/a.py': '', 'demo/A.py': '' } })

  expect(await codeOf(() => unpack(cacheDir, wheel.path))).toBe('PYEMBED_ARCHIVE_DUPLICATE')
  expect(listTree(cacheDir)).toEqual([])
})
