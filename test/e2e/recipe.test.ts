import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, inject, it } from 'vitest'

import { recipe } from '../../src/install/recipe.ts'
import { builds } from './pythons.ts'

/**
 * sha256 over the files of each prefix, by recipe, build and target. When one changes, equal inputs give other
 * bytes: raise `recipe` and write the new digests down, so that no two contents share a pin id.
 */
const golden: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'recipe 2, 20260610': {
    'x86_64-unknown-linux-gnu': 'df125a4f3312cdb9',
    'aarch64-unknown-linux-gnu': '959286de81045a40',
    'aarch64-apple-darwin': '582ce9c3d2a846e5',
    'x86_64-apple-darwin': 'c63a082ca66769f1',
    'x86_64-pc-windows-msvc': 'fa88595521d2e824',
  },
  'recipe 2, 20241219': {
    'x86_64-unknown-linux-gnu': '3f097da24df05527',
    'aarch64-unknown-linux-gnu': '9d46bf572d586de3',
    'aarch64-apple-darwin': '7b9f0444c9ed0d80',
    'x86_64-apple-darwin': 'b1600c60991b36eb',
    'x86_64-pc-windows-msvc': 'efef0253a3a5070a',
  },
}

describe.each(builds)('a prefix of Python $version', ({ build }) => {
  it('has the bytes of its recipe, for all five targets', () => {
    const digests = inject('projects')[build]?.results.map(({ target, storeEntry }) => {
      const text = readFileSync(join(storeEntry, 'inventory.json'), 'utf8')
      const files = `${text.slice(text.indexOf('"files"'), text.indexOf(',\n  "sha256"'))}\n}\n`
      return [target, createHash('sha256').update(files).digest('hex').slice(0, 16)]
    })

    expect(Object.fromEntries(digests ?? [])).toEqual(golden[`recipe ${recipe}, ${build}`])
  })
})
