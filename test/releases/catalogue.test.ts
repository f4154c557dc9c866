import { describe, expect, it } from 'vitest'

import { assetName } from '../../src/releases/asset.ts'
import { loadCatalogue } from '../../src/releases/catalogue.ts'

describe('loadCatalogue', () => {
  /** As PBS publishes them (SHA256SUMS of the release). */
  it.each([
    [
      'cpython-3.12.11+20250712-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz',
      'e42c16fe50fda85dad3f5042b6d507476ea8e88c0f039018fef0680038d87c17',
    ],
    [
      'cpython-3.12.11+20250712-aarch64-apple-darwin-install_only_stripped.tar.gz',
      '0a5748a455ebd0ef0419bffa0b239c1596ea021937fa4c9eb3b8893cf7b46d48',
    ],
    [
      'cpython-3.12.11+20250712-x86_64-apple-darwin-install_only_stripped.tar.gz',
      '1154b0be69bdd8c144272cee596181f096577d535bff1548f8df49e0d7d9c721',
    ],
    [
      'cpython-3.12.11+20250712-x86_64-pc-windows-msvc-install_only_stripped.tar.gz',
      '49911a479230f9a0ad33fc6742229128249f695502360dab3f5fd9096585e9a5',
    ],
  ])('knows what MITK pins: %s', async (name, sha256) => {
    const assets = await loadCatalogue()

    expect(assets.filter((asset) => assetName(asset) === name)).toEqual([
      expect.objectContaining({ sha256 }),
    ])
  })

  it('names no archive twice, and each by a whole hash', async () => {
    const assets = await loadCatalogue()

    expect(new Set(assets.map(assetName)).size).toBe(assets.length)
    expect(assets.filter(({ sha256 }) => !/^[0-9a-f]{64}$/.test(sha256))).toEqual([])
    expect(assets.length).toBeGreaterThan(500)
  })
})
