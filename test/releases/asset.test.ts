import { assert, constantFrom, property, record, stringMatching } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type Asset, assetKey, assetName, parseAssetName } from '../../src/releases/asset.ts'

const stripped = 'cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz'

/** Names as PBS published them (releases 20250712 and 20260610). */
const known: readonly (readonly [string, Omit<Asset, 'sha256'>])[] = [
  [
    stripped,
    {
      version: '3.14.6',
      build: '20260610',
      target: 'x86_64-unknown-linux-gnu',
      variant: 'default',
      flavor: 'install_only_stripped',
    },
  ],
  [
    'cpython-3.13.5+20250712-aarch64-apple-darwin-freethreaded-install_only.tar.gz',
    {
      version: '3.13.5',
      build: '20250712',
      target: 'aarch64-apple-darwin',
      variant: 'freethreaded',
      flavor: 'install_only',
    },
  ],
  [
    'cpython-3.15.0rc1+20260814-x86_64_v3-unknown-linux-musl-install_only.tar.gz',
    {
      version: '3.15.0rc1',
      build: '20260814',
      target: 'x86_64_v3-unknown-linux-musl',
      variant: 'default',
      flavor: 'install_only',
    },
  ],
]

const assets = record({
  version: stringMatching(/^3\.\d{1,2}\.\d{1,2}(rc\d)?$/),
  build: stringMatching(/^20\d{6}$/),
  target: constantFrom(
    'x86_64-unknown-linux-gnu',
    'armv7-unknown-linux-gnueabihf',
    'i686-pc-windows-msvc',
    'aarch64-apple-darwin',
  ),
  variant: constantFrom('default' as const, 'freethreaded' as const),
  flavor: constantFrom('install_only' as const, 'install_only_stripped' as const),
})

describe('parseAssetName', () => {
  it.each(known)('reads %s', (name, asset) => {
    expect(parseAssetName(name)).toEqual(asset)
  })

  it.each([
    ['cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst'],
    ['cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-debug-full.tar.zst'],
    ['cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-install_only.tar.zst'],
    [`${stripped}.sha256`],
    ['SHA256SUMS'],
    ['../cpython-3.14.6-install_only.tar.gz'],
  ])('has no use for %s', (name) => {
    expect(parseAssetName(name)).toBeUndefined()
  })
})

describe('assetName', () => {
  it.each(known)('writes %s', (name, asset) => {
    expect(assetName(asset)).toBe(name)
  })

  it('writes what parseAssetName reads', () => {
    assert(
      property(assets, (asset) => {
        expect(parseAssetName(assetName(asset))).toEqual(asset)
      }),
    )
  })
})

describe('assetKey', () => {
  it.each([
    ['default', 'cpython-3.14.6+20260610-x86_64-unknown-linux-gnu'],
    ['freethreaded', 'cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-freethreaded'],
  ] as const)('names a %s Python', (variant, key) => {
    const target = 'x86_64-unknown-linux-gnu'

    expect(assetKey({ version: '3.14.6', build: '20260610', target, variant })).toBe(key)
  })
})
