import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { findUpwards } from '../../src/fs/find-upwards.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

describe('findUpwards', () => {
  it.each([
    ['.', '.'],
    ['app', 'app'],
    ['app/src/deep', 'app'],
    ['other', '.'],
  ])('from %s finds %s', async (from, found) => {
    const root = temporaryDirectory()
    writeFiles(root, { 'pyembed.toml': '', 'app/pyembed.toml': '', 'app/src/deep/x': '' })

    expect(findUpwards(join(root, from), 'pyembed.toml')).toBe(join(root, found))
  })

  it('ends at the root', async () => {
    expect(findUpwards(temporaryDirectory(), 'no-such-file-anywhere')).toBeUndefined()
  })
})
