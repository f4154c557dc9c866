import { describe, expect, it } from 'vitest'

import type { Flavor } from '../../src/manifest/manifest.ts'
import type { Asset } from '../../src/releases/asset.ts'
import { betterBuild, troublesOf } from '../../src/releases/better-build.ts'
import { loadCatalogue } from '../../src/releases/catalogue.ts'

const linux = 'x86_64-unknown-linux-gnu'
const macos = 'aarch64-apple-darwin'
const windows = 'x86_64-pc-windows-msvc'

function python(version: string, build: string, ...targets: readonly string[]) {
  const flavors = new Map<string, Flavor>()
  for (const target of targets) flavors.set(target, 'install_only_stripped')
  return { version, build, variant: 'default' as const, flavors }
}

function asset(version: string, build: string, target: string, flavor?: Flavor): Asset {
  const rest = { variant: 'default', flavor: flavor ?? 'install_only_stripped' } as const
  return { version, build, target, ...rest, sha256: 'a'.repeat(64) }
}

describe('troublesOf', () => {
  it('names each trouble once, with its targets, and nothing that pyembed makes up for', () => {
    const found = troublesOf(python('3.12.11', '20250712', windows, 'x86_64-apple-darwin', macos))

    expect(found.map(({ shortcoming, targets }) => [shortcoming.id, ...targets])).toEqual([
      ['stripped-signatures', windows],
      ['header-padding', macos, 'x86_64-apple-darwin'],
    ])
  })
})

describe('betterBuild of the catalogue', () => {
  it.each([
    ['MITK’s build on Linux', python('3.12.11', '20250712', linux), '3.12.13+20260320'],
    ['… on macOS', python('3.12.11', '20250712', macos), '3.12.11+20251007'],
    ['… on all', python('3.12.11', '20250712', linux, macos, windows), '3.12.14+20260814'],
    ['Python 3.9, which has no newer build', python('3.9.25', '20251031', linux), undefined],
    ['the newest build', python('3.14.7', '20260814', linux, macos, windows), undefined],
  ])('is, for %s, the nearest with the fewest troubles', async (_, locked, expected) => {
    const better = betterBuild(locked, undefined, await loadCatalogue())

    expect(better && `${better.version}+${better.build}`).toBe(expected)
  })
})

describe('betterBuild', () => {
  const old = python('3.12.11', '20250712', linux, macos)

  it('wants every target, the minor version and the variant', () => {
    const assets = [
      asset('3.12.12', '20260325', linux),
      asset('3.13.12', '20260325', linux),
      asset('3.13.12', '20260325', macos),
      { ...asset('3.12.12', '20260326', linux), variant: 'freethreaded' as const },
      { ...asset('3.12.12', '20260326', macos), variant: 'freethreaded' as const },
    ]

    expect(betterBuild(old, undefined, assets)).toBeUndefined()
  })

  it('wants the flavor only where the manifest names one', () => {
    const assets = [linux, macos].map((target) =>
      asset('3.12.12', '20260325', target, 'install_only'),
    )

    expect(betterBuild(old, undefined, assets)?.build).toBe('20260325')
    expect(betterBuild(old, 'install_only_stripped', assets)).toBeUndefined()
  })

  it('says what is left where no build is free of all', () => {
    const assets = [linux, macos].map((target) => asset('3.12.12', '20251209', target))

    expect(betterBuild(old, undefined, assets)).toEqual({
      version: '3.12.12',
      build: '20251209',
      remaining: new Set(['rhel-certificates']),
    })
  })
})
